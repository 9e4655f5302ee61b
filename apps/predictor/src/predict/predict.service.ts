import { Injectable } from '@nestjs/common';
import { rankCandidates, type Assignment } from '@adlift/assignment';
import { LedgerWriter } from '@adlift/ledger';
import { makeUuidV7, uuidV7Time, validatePredictRequest, type PredictRequest, type TraceContext } from '@adlift/wire';
import { Assigner, type Route } from '../routing/assigner';
import { AnswerSource, type Answered } from './answer-source';
import type { PredictAnswer } from './predict-answer';
import { predictionRecord } from './prediction-record';
import { TokenMint, type SharedClaims } from './token-mint';
import { expectedValue } from './value-candidates';

/** Every request is logged until sampling is configurable. */
const LOG_RATE = 1;

/** One prediction: route, score, rank, seal tokens, log. */
@Injectable()
export class PredictService {
  /** Since the start. */
  readonly counts = { requests: 0, fallbacks: 0, unlogged: 0 };

  constructor(
    private readonly assigner: Assigner,
    private readonly source: AnswerSource,
    private readonly mint: TokenMint,
    private readonly ledger: LedgerWriter,
  ) {}

  /** Throws InvalidField for a malformed request; anything else is answered, from a marked fallback if need be. */
  async predict(request: PredictRequest, trace: TraceContext): Promise<PredictAnswer> {
    const started = performance.now();
    validatePredictRequest(request);
    const predictionId = makeUuidV7();
    const route = this.assigner.route(request, predictionId, uuidV7Time(predictionId));
    const answered = await this.source.answer(request, route.plan);
    const answer = this.assemble(request, route, answered, predictionId, trace);
    this.counts.requests++;
    if (answered.fallback) this.counts.fallbacks++;
    const totalUs = Math.round((performance.now() - started) * 1000);
    return {
      ...answer,
      logged: this.log(request, route, answer, answered, trace, totalUs),
      timing: { ...answer.timing, totalUs },
    };
  }

  private assemble(
    request: PredictRequest,
    route: Route,
    answered: Answered,
    predictionId: string,
    trace: TraceContext,
  ): PredictAnswer {
    const { n, bidType, bidMicros, adIds, requestId } = request;
    const { pctr, pcvr } = answered;
    const { ecpmMicros, worth } = expectedValue(n, bidType, bidMicros, pctr, pcvr);
    const { rank, propensity, explored } = rankCandidates(worth, adIds, requestId, route.plan?.explore ?? 0);
    const assignments = route.assignments.map((one) => asServed(one, answered));
    const loggable = this.isLogged(request, route);
    const shared: SharedClaims = {
      predictionId,
      placement: request.placement,
      assignments,
      unitId: request.privacy === 'LIMITED' ? '' : request.unitId,
      timeMs: uuidV7Time(predictionId),
      bidType,
      currency: request.currency,
      logged: loggable,
      logRate: loggable ? LOG_RATE : 0,
      traceId: trace.traceId,
      traceSampled: trace.sampled,
      expiresMs: this.mint.expiryOf(uuidV7Time(predictionId)),
      fallback: answered.fallback,
      forced: route.forced,
      explored,
      bundleDigest: answered.ctr?.digest ?? '',
      cvrBundleDigest: answered.cvr?.digest ?? '',
      catalogueVersion: 0,
    };
    return {
      predictionId,
      requestId,
      pctr: Array.from(pctr),
      pctrRaw: Array.from(answered.pctrRaw),
      pcvr: Array.from(pcvr),
      ecpmMicros: Array.from(ecpmMicros, Math.round),
      rank: Array.from(rank),
      propensity: Array.from(propensity),
      explored,
      assignments,
      model: answered.ctr?.manifest.name ?? '',
      modelVersion: answered.ctr?.manifest.version ?? '',
      bundleDigest: shared.bundleDigest,
      logged: loggable,
      logRate: shared.logRate,
      fallback: answered.fallback,
      fallbackSource: answered.fallbackSource,
      rowFlags: Array.from(answered.rowFlags),
      timing: { totalUs: 0, queueUs: 0, encodeUs: answered.encodeUs, inferenceUs: answered.inferenceUs },
      tokens: this.tokens(request, shared, rank, propensity, pctr, pcvr),
      ticket: request.wantTokens >= n ? '' : this.mint.ticket(shared),
      traceId: trace.traceId,
      catalogueVersion: 0,
    };
  }

  private tokens(
    { n, wantTokens, adIds, campaignIds, bidMicros }: PredictRequest,
    shared: SharedClaims,
    rank: Uint32Array,
    propensity: Float64Array,
    pctr: Float32Array,
    pcvr: Float32Array,
  ): PredictAnswer['tokens'] {
    const tokens: PredictAnswer['tokens'] = [];
    for (let index = 0; index < n; index++) {
      if ((rank[index] ?? Infinity) > wantTokens) continue;
      const token = this.mint.seal({
        ...shared,
        index,
        adId: adIds[index] ?? '',
        campaignId: campaignIds[campaignIds.length === 1 ? 0 : index] ?? '',
        bidMicros: bidMicros[bidMicros.length === 1 ? 0 : index] ?? 0,
        propensity: propensity[index] ?? 0,
        pctr: pctr[index] ?? 0,
        pcvr: pcvr[index] ?? 0,
        ticket: false,
      });
      tokens.push({ index, token });
    }
    return tokens;
  }

  private isLogged(request: PredictRequest, route: Route): boolean {
    return request.privacy === 'FULL' && !route.forced;
  }

  private log(
    request: PredictRequest,
    route: Route,
    answer: PredictAnswer,
    answered: Answered,
    trace: TraceContext,
    totalUs: number,
  ): boolean {
    if (!this.isLogged(request, route)) return false;
    const taken = this.ledger.log(
      predictionRecord({ request, route, answer, answered, trace, totalUs, logRate: LOG_RATE }),
    );
    if (!taken) this.counts.unlogged++;
    return taken;
  }
}

/** A fallback keeps the assigned variant beside the served one, or a failing model would turn its arm into another. */
function asServed(assignment: Assignment, { fallback }: Answered): Assignment {
  return fallback && assignment.served !== '' ? { ...assignment, served: '' } : assignment;
}
