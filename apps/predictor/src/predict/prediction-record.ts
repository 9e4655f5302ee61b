import type { PredictionRecord } from '@adlift/ledger';
import { uuidV7Time, type PredictRequest, type TraceContext } from '@adlift/wire';
import type { Route } from '../routing/assigner';
import type { Answered } from './answer-source';
import type { PredictAnswer } from './predict-answer';

interface Served {
  readonly request: PredictRequest;
  readonly route: Route;
  readonly answer: PredictAnswer;
  readonly answered: Answered;
  readonly trace: TraceContext;
  readonly traceKept: boolean;
  /** Microseconds from the call to this row. */
  readonly totalUs: number;
}

/** The row of the prediction log for an answered request. */
export function predictionRecord({
  request,
  route,
  answer,
  answered,
  trace,
  traceKept,
  totalUs,
}: Served): PredictionRecord {
  return {
    predictionId: answer.predictionId,
    requestId: request.requestId,
    unitId: request.unitId,
    placement: request.placement,
    timeMs: uuidV7Time(answer.predictionId),
    assignments: answer.assignments,
    n: request.n,
    adIds: request.adIds,
    campaignIds: answered.campaignIds,
    columns: lengthPrefixed(request.rawColumns),
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
    totalUs,
  };
}

/** The request's own columns, each as field 7 of a PredictRequest, so that the serving decoder reads the log. */
function lengthPrefixed(columns: readonly Uint8Array[]): Buffer {
  const parts: Uint8Array[] = [];
  for (const column of columns) parts.push(Uint8Array.of((7 << 3) | 2, ...varint(column.length)), column);
  return Buffer.concat(parts);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return bytes;
}
