import { Injectable } from '@nestjs/common';
import { rankCandidates, type Assignment, type Ranking } from '@adlift/assignment';
import type { EncodedShare, SharedClaims } from '@adlift/tokens';
import { uuidV7Time, type PredictRequest, type TraceContext, type PredictAnswer } from '@adlift/wire';
import { SHED } from '../degradation/shed-level';
import type { Route } from '../routing/assigner';
import type { Answered } from './answer-source';
import { LogSample } from './log-sample';
import { TokenMint } from './token-mint';
import { expectedValue } from './value-candidates';

/** Everything an answer is made of. */
export interface AnswerParts {
  readonly request: PredictRequest;
  readonly route: Route;
  readonly answered: Answered;
  readonly predictionId: string;
  readonly trace: TraceContext;
  /** Whether the decision's trace will be kept, as far as that is known now. */
  readonly traceKept: boolean;
}

/** An answer whose last fields are still to be set. */
export type AnswerDraft = PredictAnswer & { logged: boolean; timing: PredictAnswer['timing'] };

/** Turns scores into the answer: value, rank, exploration, tokens. */
@Injectable()
export class AnswerAssembler {
  constructor(
    private readonly mint: TokenMint,
    private readonly log: LogSample,
  ) {}

  /** `logged` says whether the answer is to be logged. */
  assemble(parts: AnswerParts): AnswerDraft {
    const { request, route, answered, predictionId, trace } = parts;
    const logRate = answered.shed < SHED.log ? this.log.rateOf(request, route) : 0;
    const logged = this.log.holds(predictionId, logRate);
    const { n, bidType, bidMicros, adIds, requestId } = request;
    const { ecpmMicros, worth } = expectedValue(n, bidType, bidMicros, answered.pctr, answered.pcvr);
    const ranking = rankCandidates(worth, adIds, requestId, route.plan?.explore ?? 0);
    const shared = this.sharedClaims(parts, { explored: ranking.explored, logged, logRate });
    const share = this.mint.share(shared);
    return {
      predictionId,
      requestId,
      pctr: answered.pctr,
      pctrRaw: answered.pctrRaw,
      pcvr: answered.pcvr,
      ecpmMicros: rounded(ecpmMicros),
      rank: ranking.rank,
      propensity: ranking.propensity,
      explored: ranking.explored,
      assignments: shared.assignments,
      model: answered.ctr?.manifest.name ?? '',
      modelVersion: answered.ctr?.manifest.version ?? '',
      bundleDigest: shared.bundleDigest,
      logged,
      logRate,
      fallback: answered.fallback,
      fallbackSource: answered.fallbackSource,
      rowFlags: answered.rowFlags,
      timing: { totalUs: 0, queueUs: 0, encodeUs: 0, inferenceUs: 0 },
      tokens: this.tokens(request, share, ranking, answered),
      ticket: request.wantTokens >= n ? '' : this.mint.ticket(share),
      traceId: trace.traceId,
      catalogueVersion: shared.catalogueVersion,
      budgetArm: route.budget.arm,
      budgetShare: route.budget.share,
    };
  }

  private sharedClaims(parts: AnswerParts, drawn: Pick<SharedClaims, 'explored' | 'logged' | 'logRate'>): SharedClaims {
    const { request, route, answered, predictionId, trace, traceKept } = parts;
    const timeMs = uuidV7Time(predictionId);
    return {
      predictionId,
      placement: request.placement,
      assignments: route.assignments.map((one) => asServed(one, answered)),
      unitId: route.unitId,
      timeMs,
      bidType: request.bidType,
      currency: request.currency === '' ? (route.plan?.currency ?? '') : request.currency,
      traceId: trace.traceId,
      traceSampled: traceKept,
      expiresMs: this.mint.expiryOf(timeMs),
      fallback: answered.fallback,
      forced: route.forced,
      ...drawn,
      bundleDigest: answered.ctr?.digest ?? '',
      cvrBundleDigest: answered.cvr?.digest ?? '',
      catalogueVersion: answered.catalogueVersion,
    };
  }

  private tokens(
    { n, wantTokens, adIds, bidMicros }: PredictRequest,
    share: EncodedShare,
    { rank, propensity }: Ranking,
    { pctr, pcvr, campaignIds }: Answered,
  ): PredictAnswer['tokens'] {
    const tokens: { index: number; token: string }[] = [];
    for (let index = 0; index < n; index++) {
      if ((rank[index] ?? Infinity) > wantTokens) continue;
      const token = this.mint.seal(share, {
        index,
        adId: adIds[index] ?? '',
        campaignId: campaignIds[campaignIds.length === 1 ? 0 : index] ?? '',
        bidMicros: bidMicros[bidMicros.length === 1 ? 0 : index] ?? 0,
        propensity: propensity[index] ?? 0,
        pctr: pctr[index] ?? 0,
        pcvr: pcvr[index] ?? 0,
      });
      tokens.push({ index, token });
    }
    return tokens;
  }
}

/** A fallback keeps the assigned variant beside the served one, or a failing model would turn its arm into another. */
function asServed(assignment: Assignment, { fallback }: Answered): Assignment {
  return fallback && assignment.served !== '' ? { ...assignment, served: '' } : assignment;
}

/** In place: whoever ranks has done so. */
function rounded(micros: Float64Array): Float64Array {
  for (let i = 0; i < micros.length; i++) micros[i] = Math.round(micros[i] ?? 0);
  return micros;
}
