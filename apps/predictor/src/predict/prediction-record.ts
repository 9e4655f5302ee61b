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
    totalUs: Math.round((performance.now() - watch.startedAt) * 1000),
  };
}

/** The request's own columns, each as field 7 of a PredictRequest, so that the serving decoder reads the log. */
function lengthPrefixed(columns: readonly Uint8Array[]): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (const column of columns) parts.push(columnHeader(column.length), column);
  return parts;
}

const headers = new Map<number, Uint8Array>();
const MAX_HEADERS = 4096;

/** Tag and length of a column; the columns of one caller have few lengths. */
function columnHeader(length: number): Uint8Array {
  const known = headers.get(length);
  if (known !== undefined) return known;
  const header = Uint8Array.of((7 << 3) | 2, ...varint(length));
  if (headers.size < MAX_HEADERS) headers.set(length, header);
  return header;
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return bytes;
}
