import { LRUCache } from 'lru-cache';
import { MessageBuffer, proto, uuidFromBytes, uuidToBytes, type BidType } from '@adlift/wire';
import type { Assignment, AssignmentReason } from '@adlift/assignment';
import type { CandidateClaims, SharedClaims, TokenClaims } from './token-claims';

const { TokenPayload } = proto.v1;
const BID_TYPES: readonly BidType[] = ['CPC', 'CPC', 'CPM', 'CPA'];

const out = new MessageBuffer(2048);

/** Encoded {@link SharedClaims}: the tokens of a prediction begin with the same bytes. */
export type EncodedShare = Uint8Array & { readonly share: unique symbol };

/** Protobuf bytes of what a prediction's tokens share; field numbers as in proto/adlift/v1/token.proto. */
export function encodeShare(claims: SharedClaims): EncodedShare {
  out.reset();
  out.bytesField(1, uuidToBytes(claims.predictionId));
  out.text(5, claims.placement);
  for (const one of claims.assignments) {
    const start = out.begin(6);
    out.text(1, one.experiment);
    out.uint(2, one.phase);
    out.text(3, one.assigned);
    out.text(4, one.served);
    out.text(5, one.reason);
    out.bytesField(6, digestToBytes(one.flagDigest));
    out.end(start);
  }
  out.text(7, claims.unitId);
  out.uint(8, claims.timeMs);
  out.uint(10, BID_TYPES.indexOf(claims.bidType, 1));
  out.text(11, claims.currency);
  out.bool(13, claims.logged);
  out.double(14, claims.logRate);
  out.bytesField(15, Buffer.from(claims.traceId, 'hex'));
  out.bool(16, claims.traceSampled);
  out.uint(17, claims.expiresMs);
  out.bool(21, claims.fallback);
  out.bool(22, claims.forced);
  out.bool(23, claims.explored);
  out.bytesField(24, digestToBytes(claims.bundleDigest));
  out.bytesField(25, digestToBytes(claims.cvrBundleDigest));
  out.uint(26, claims.catalogueVersion);
  return out.toBytes() as Uint8Array as EncodedShare;
}

/** Protobuf bytes of a candidate's claims, valid until the next call. */
export function encodeClaims(share: EncodedShare, claims: CandidateClaims): Uint8Array {
  out.reset().append(share);
  out.uint(2, claims.index);
  out.text(3, claims.adId);
  out.text(4, claims.campaignId);
  out.uint(9, claims.bidMicros);
  out.double(12, claims.propensity);
  out.float(18, claims.pctr);
  out.float(19, claims.pcvr);
  return out.view();
}

/** Protobuf bytes of a ticket's claims, valid until the next call. */
export function encodeTicket(share: EncodedShare): Uint8Array {
  out.reset().append(share).bool(20, true);
  return out.view();
}

/** Claims of protobuf bytes written by {@link encodeClaims} or {@link encodeTicket}. */
export function decodeClaims(bytes: Uint8Array): TokenClaims {
  const payload = TokenPayload.decode(bytes);
  return {
    predictionId: uuidFromBytes(payload.predictionId),
    index: payload.index,
    adId: payload.adId,
    campaignId: payload.campaignId,
    placement: payload.placement,
    assignments: payload.assignments.map(toAssignment),
    unitId: payload.unitId,
    timeMs: payload.timeMs,
    bidMicros: payload.bidMicros,
    bidType: BID_TYPES[payload.bidType] ?? 'CPC',
    currency: payload.currency,
    propensity: payload.propensity,
    logged: payload.logged,
    logRate: payload.logRate,
    traceId: Buffer.from(payload.traceId).toString('hex'),
    traceSampled: payload.traceSampled,
    expiresMs: payload.expiresMs,
    pctr: payload.pctr,
    pcvr: payload.pcvr,
    ticket: payload.ticket,
    fallback: payload.fallback,
    forced: payload.forced,
    explored: payload.explored,
    bundleDigest: digestFromBytes(payload.bundleDigest),
    cvrBundleDigest: digestFromBytes(payload.cvrBundleDigest),
    catalogueVersion: payload.catalogueVersion,
  };
}

function toAssignment(one: proto.v1.ITokenAssignment): Assignment {
  return {
    experiment: one.experiment ?? '',
    phase: one.phase ?? 0,
    assigned: one.assigned ?? '',
    served: one.served ?? '',
    reason: (one.reason ?? '') as AssignmentReason,
    flagDigest: digestFromBytes(one.flagDigest ?? new Uint8Array(0)),
  };
}

const NO_BYTES = new Uint8Array(0);
const KNOWN_DIGESTS = 1024;
const knownDigests = new LRUCache<string, Uint8Array>({ max: KNOWN_DIGESTS });

/** Models and flags have few digests, and each is in every token. */
function digestToBytes(digest: string): Uint8Array {
  if (digest === '') return NO_BYTES;
  const known = knownDigests.get(digest);
  if (known !== undefined) return known;
  const bytes = Buffer.from(digest.replace('sha256:', ''), 'hex');
  knownDigests.set(digest, bytes);
  return bytes;
}

function digestFromBytes(bytes: Uint8Array): string {
  return bytes.length === 0 ? '' : `sha256:${Buffer.from(bytes).toString('hex')}`;
}
