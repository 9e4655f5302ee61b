import { proto, uuidFromBytes, uuidToBytes, type BidType } from '@adlift/wire';
import type { Assignment, AssignmentReason } from '@adlift/assignment';
import type { TokenClaims } from './token-claims';

const { TokenPayload } = proto.v1;
const BID_TYPES: readonly BidType[] = ['CPC', 'CPC', 'CPM', 'CPA'];

/** Protobuf bytes of the claims. */
export function encodeClaims(claims: TokenClaims): Uint8Array {
  return TokenPayload.encode({
    ...claims,
    predictionId: uuidToBytes(claims.predictionId),
    bidType: BID_TYPES.indexOf(claims.bidType, 1),
    traceId: Buffer.from(claims.traceId, 'hex'),
    bundleDigest: digestToBytes(claims.bundleDigest),
    cvrBundleDigest: digestToBytes(claims.cvrBundleDigest),
    assignments: claims.assignments.map((one) => ({ ...one, flagDigest: digestToBytes(one.flagDigest) })),
  }).finish();
}

/** Claims of protobuf bytes written by {@link encodeClaims}. */
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

function digestToBytes(digest: string): Buffer {
  return Buffer.from(digest.replace('sha256:', ''), 'hex');
}

function digestFromBytes(bytes: Uint8Array): string {
  return bytes.length === 0 ? '' : `sha256:${Buffer.from(bytes).toString('hex')}`;
}
