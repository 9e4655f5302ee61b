import type { PredictionRecord } from '@adlift/ledger';
import { uuidV7Time, type PredictAnswer } from '@adlift/wire';
import type { Stopwatch } from '../trace/stopwatch';
import type { AnswerParts } from './answer-assembler';

/** The row of the prediction log for an answered request; `watch` says what it took until now. */
export function predictionRecord(
  { request, route, answered, trace, traceKept }: AnswerParts,
  answer: PredictAnswer,
  watch: Stopwatch,
): PredictionRecord {
  return {
    predictionId: answer.predictionId,
    requestId: request.requestId,
    unitId: route.unitId,
    placement: request.placement,
    timeMs: uuidV7Time(answer.predictionId),
    assignments: answer.assignments,
    n: request.n,
    adIds: request.adIds,
    campaignIds: answered.campaignIds,
    columns: request.rawColumns,
    bidMicros: request.bidMicros,
    bidType: request.bidType,
    currency: request.currency,
    catalogueVersion: answer.catalogueVersion,
    model: answer.model,
    modelVersion: answer.modelVersion,
    bundleDigest: answer.bundleDigest,
    cvrBundleDigest: answered.cvr?.digest ?? '',
    pctr: answer.pctr,
    pctrRaw: answer.pctrRaw,
    pcvr: answer.pcvr,
    rank: answer.rank,
    propensity: answer.propensity,
    rowFlags: answer.rowFlags,
    explored: answer.explored,
    forced: route.forced,
    logRate: answer.logRate,
    fallback: answer.fallback,
    fallbackSource: answer.fallbackSource,
    traceId: trace.traceId,
    traceSampled: traceKept,
    totalUs: Math.round((performance.now() - watch.startedAt) * 1000),
  };
}
