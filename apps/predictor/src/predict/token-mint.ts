import { Inject, Injectable } from '@nestjs/common';
import type { Assignment, AssignmentReason } from '@adlift/assignment';
import { InvalidToken, TokenSealer, type CandidateClaims, type EncodedShare, type SharedClaims } from '@adlift/tokens';
import { InvalidField, MAX_CANDIDATES, type BidType, type proto } from '@adlift/wire';
import { DomainError } from '@adlift/problem';
import type { Caller } from '@adlift/access';
import { PREDICTOR_CONFIG, type PredictorEnvironment } from '../predictor-config';
import { checkCandidate, checkPastPrediction } from './check-mint';

const DAY_MS = 86_400_000;
const MAX_PREDICTIONS = 1000;
/** Sealing them takes the event loop for some 30 ms. */
const MAX_TOKENS = 5000;
const BID_TYPES: readonly BidType[] = ['CPC', 'CPC', 'CPM', 'CPA'];

/** Seals event tokens: with an answer, later for a ticket, or for a past prediction that is imported. */
@Injectable()
export class TokenMint {
  private readonly windowMs: number;

  constructor(
    private readonly sealer: TokenSealer,
    @Inject(PREDICTOR_CONFIG) config: PredictorEnvironment,
  ) {
    this.windowMs = config.ATTRIBUTION_WINDOW_DAYS * DAY_MS;
  }

  /** When tokens of a prediction of that time stop being taken, Unix milliseconds. */
  expiryOf(timeMs: number): number {
    return timeMs + this.windowMs;
  }

  /** Encodes once what the tokens of a prediction share. */
  share(claims: SharedClaims): EncodedShare {
    return this.sealer.share(claims);
  }

  /** A candidate's token. */
  seal(share: EncodedShare, claims: CandidateClaims): string {
    return this.sealer.seal(share, claims);
  }

  /** What a caller needs to get tokens for other candidates later. */
  ticket(share: EncodedShare): string {
    return this.sealer.ticket(share);
  }

  /** Throws InvalidField for what is malformed, `permission_denied` for a past prediction without the grant. */
  mint(request: proto.v1.IMintTokensRequest, caller: Caller): proto.v1.IMintedTokens[] {
    const predictions = request.predictions ?? [];
    if (predictions.length < 1 || predictions.length > MAX_PREDICTIONS) {
      throw new InvalidField('predictions', `must be 1 to ${MAX_PREDICTIONS}, got ${predictions.length}`);
    }
    predictions.forEach(({ candidates }, i) => {
      const n = candidates?.length ?? 0;
      if (n > MAX_CANDIDATES)
        throw new InvalidField(`predictions[${i}].candidates`, `at most ${MAX_CANDIDATES}, got ${n}`);
    });
    const tokens = predictions.reduce((sum, { candidates }) => sum + (candidates?.length ?? 0), 0);
    if (tokens > MAX_TOKENS)
      throw new InvalidField('predictions', `at most ${MAX_TOKENS} candidates in all, got ${tokens}`);
    return predictions.map((prediction, i) => {
      const path = `predictions[${i}]`;
      const shared = prediction.past
        ? this.pastClaims(prediction.past, caller, `${path}.past`)
        : this.ticketClaims(prediction.ticket ?? '', `${path}.ticket`);
      const share = this.sealer.share(shared);
      const tokens = (prediction.candidates ?? []).map((candidate, j) => {
        checkCandidate(candidate, `${path}.candidates[${j}]`);
        return { index: candidate.index ?? 0, token: this.sealer.seal(share, candidateClaims(candidate)) };
      });
      return { predictionId: shared.predictionId, tokens };
    });
  }

  private ticketClaims(ticket: string, path: string): SharedClaims {
    try {
      const claims = this.sealer.open(ticket);
      if (!claims.ticket) throw new InvalidField(path, 'is a token, not the ticket of a PredictResponse');
      return claims;
    } catch (error) {
      if (error instanceof InvalidToken) throw new InvalidField(path, error.reason);
      throw error;
    }
  }

  private pastClaims(past: proto.v1.IPastPrediction, caller: Caller, path: string): SharedClaims {
    if (!caller.may('import')) {
      throw new DomainError(
        'permission_denied',
        'only a credential with the grant "import" may mint tokens for past predictions',
        path,
      );
    }
    const timeMs = checkPastPrediction(past, path);
    return {
      predictionId: past.predictionId ?? '',
      timeMs,
      placement: past.placement ?? '',
      assignments: (past.assignments ?? []).map(importedAssignment),
      unitId: past.unitId ?? '',
      bidType: BID_TYPES[past.bidType ?? 0] ?? 'CPC',
      currency: past.currency ?? '',
      logged: false,
      logRate: 0,
      traceId: past.traceId ?? '',
      traceSampled: false,
      expiresMs: this.expiryOf(timeMs),
      fallback: false,
      forced: false,
      explored: false,
      bundleDigest: '',
      cvrBundleDigest: '',
      catalogueVersion: 0,
    };
  }
}

function importedAssignment(one: proto.v1.IAssignment): Assignment {
  return {
    experiment: one.experiment ?? '',
    phase: one.phase ?? 0,
    assigned: one.assigned ?? '',
    served: one.served || one.assigned || '',
    reason: (one.reason || 'split') as AssignmentReason,
    flagDigest: one.flagDigest ?? '',
  };
}

function candidateClaims(candidate: proto.v1.IMintCandidate): CandidateClaims {
  return {
    index: candidate.index ?? 0,
    adId: candidate.adId ?? '',
    campaignId: candidate.campaignId ?? '',
    bidMicros: candidate.bidMicros ?? 0,
    propensity: candidate.propensity ?? 0,
    pctr: candidate.pctr ?? 0,
    pcvr: candidate.pcvr ?? 0,
  };
}
