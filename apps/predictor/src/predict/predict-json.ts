import { z } from 'zod';
import { type Column, type PredictAnswer, type PredictRequest, encodeColumns } from '@adlift/wire';

/** A feature in JSON: one value for all candidates or one per candidate; null is missing. */
const values = z.union([
  z.string(),
  z.number(),
  z.null(),
  z.array(z.union([z.string(), z.null()])),
  z.array(z.union([z.number(), z.null()])),
]);

const oneOrMany = z.union([z.number(), z.array(z.number())]);

/** Body of `POST /v1/predict`. */
export const predictBody = z.strictObject({
  requestId: z.string(),
  unitId: z.string().default(''),
  sessionId: z.string().default(''),
  privacy: z.enum(['FULL', 'LIMITED']).default('FULL'),
  routing: z.record(z.string(), z.string()).default({}),
  adIds: z.array(z.string()),
  campaignIds: z.array(z.string()).default([]),
  features: z.record(z.string().min(1), values).default({}),
  bidMicros: oneOrMany.default([]),
  bidType: z.enum(['CPC', 'CPM', 'CPA']).default('CPC'),
  currency: z.string().default(''),
  placement: z.string().default(''),
  /** Tokens for the first k in rank order, or "all". */
  tokens: z.union([z.int().min(0), z.literal('all')]).default(1),
  onOverload: z.enum(['FALLBACK', 'ERROR']).default('FALLBACK'),
  forceVariant: z.string().default(''),
});

type FeatureValues = z.infer<typeof values>;

/** The JSON body as the request that gRPC would have carried. */
export function requestFromJson(body: z.infer<typeof predictBody>): PredictRequest {
  const {
    requestId,
    unitId,
    sessionId,
    privacy,
    routing,
    adIds,
    campaignIds,
    bidType,
    currency,
    placement,
    onOverload,
    forceVariant,
  } = body;
  const columns = new Map(Object.entries(body.features).map(([name, given]) => [name, columnOf(given)]));
  return {
    requestId,
    unitId,
    sessionId,
    privacy,
    routing,
    adIds,
    campaignIds,
    bidType,
    currency,
    placement,
    onOverload,
    forceVariant,
    n: adIds.length,
    columns,
    bidMicros: Float64Array.from([body.bidMicros].flat()),
    wantTokens: body.tokens === 'all' ? Infinity : body.tokens,
    rawColumns: [encodeColumns(columns)],
  };
}

/** An answer whose arrays are plain: JSON would write typed ones as objects. */
export type PredictAnswerJson = {
  readonly [K in keyof PredictAnswer]: PredictAnswer[K] extends ArrayBufferView ? readonly number[] : PredictAnswer[K];
};

/** The answer as JSON states it. */
export function answerToJson(answer: PredictAnswer): PredictAnswerJson {
  return {
    ...answer,
    pctr: [...answer.pctr],
    pctrRaw: [...answer.pctrRaw],
    pcvr: [...answer.pcvr],
    ecpmMicros: [...answer.ecpmMicros],
    rank: [...answer.rank],
    propensity: [...answer.propensity],
    rowFlags: [...answer.rowFlags],
  };
}

/** The JSON name of a field that a check of the decoded request names as in the proto. */
export function jsonFieldOf(field: string): string {
  const feature = /^columns\[\d+\] \((.*)\)/.exec(field)?.[1];
  if (feature !== undefined) return `features.${feature}`;
  if (field === 'n') return 'adIds';
  return field
    .replace(/^(ad|campaign)_id/, '$1Ids')
    .replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}

function columnOf(given: FeatureValues): Column {
  const entries: readonly (string | number | null)[] = Array.isArray(given) ? given : [given];
  const missing = new Uint8Array(Math.ceil(entries.length / 8));
  entries.forEach((entry, i) => {
    if (entry === null) missing[i >> 3] = (missing[i >> 3] ?? 0) | (1 << (i & 7));
  });
  const marks = missing.some((byte) => byte !== 0) ? { missing } : {};
  if (entries.some((entry) => typeof entry === 'string')) {
    const places = new Map<string, number>();
    const idx = Uint32Array.from(entries, (entry) => {
      const text = String(entry ?? '');
      const place = places.get(text) ?? places.size;
      places.set(text, place);
      return place;
    });
    return { kind: 'dict', dict: [...places.keys()], idx, ...marks };
  }
  const numbers = entries.map((entry) => Number(entry ?? 0));
  if (needIntegers(numbers)) return { kind: 'i64', values: BigInt64Array.from(numbers, BigInt), ...marks };
  return { kind: 'f32', values: Float32Array.from(numbers), ...marks };
}

/** Whether single precision would make other whole numbers of them: two ids could become one category. */
function needIntegers(numbers: readonly number[]): boolean {
  return numbers.some((value) => Math.fround(value) !== value) && numbers.every(Number.isSafeInteger);
}
