import { type Encoder, readTensor, tensorBytes, tensorView } from '@adlift/features';
import type { Columns } from '@adlift/wire';
import { z } from 'zod';
import { BundleError } from './bundle-error';
import { fromGoldenColumn, type GoldenColumn, goldenColumnSchema, toGoldenColumn } from './golden-column';

/** Fewest golden requests a bundle may hold. */
export const MIN_GOLDEN_REQUESTS = 100;

/** Largest accepted difference between a golden probability and the one the loaded model gives. */
export const GOLDEN_TOLERANCE = 1e-6;

const requestSchema = z.strictObject({
  n: z.int().positive(),
  columns: z.record(z.string(), goldenColumnSchema),
  ids: z.array(z.int()),
  numeric: z.array(z.number()),
  /** A foreign model's own inputs by name; null stands for NaN. */
  tensors: z.record(z.string(), z.array(z.union([z.number(), z.string(), z.null()]))).optional(),
});

const goldenFileSchema = z.strictObject({
  format: z.literal('adlift-golden/1'),
  requests: z.array(requestSchema).min(MIN_GOLDEN_REQUESTS),
  probability: z.array(z.number()),
});

/** One raw request of `n` candidates with the row-major model inputs it must encode to. */
export type GoldenRequest = z.infer<typeof requestSchema>;

/** golden.json: requests, and the probability of every row of them in order. */
export type GoldenFile = z.infer<typeof goldenFileSchema>;

/** Golden requests with all their rows joined into one batch of model inputs: `ids` [n, C] and `numeric` [n, M]. */
export interface GoldenBatch {
  readonly requests: readonly GoldenRequest[];
  readonly n: number;
  readonly ids: Int32Array;
  readonly numeric: Float32Array;
}

/**
 * Draws golden requests evenly from `n` rows of data. Every tenth holds four candidates, and others are altered to
 * lack a feature or to hold an unseen category, so that a replay covers those paths whatever the data.
 */
export function drawGoldenRequests(
  encoder: Encoder,
  columns: Columns,
  n: number,
  count = MIN_GOLDEN_REQUESTS,
): GoldenBatch {
  const names = encoder.schema.features.map((feature) => feature.name);
  const requests = Array.from({ length: count }, (_, j) => {
    const first = Math.floor((j * n) / count);
    const rows = Array.from({ length: j % 10 === 0 ? 4 : 1 }, (_, r) => Math.min(first + r, n - 1));
    const raw: Record<string, GoldenColumn> = {};
    for (const name of names) {
      const column = columns.get(name);
      if (column !== undefined) raw[name] = toGoldenColumn(column, rows);
    }
    const altered = names[Math.floor(j / 10) % names.length];
    if (j % 10 === 3) delete raw[altered];
    if (j % 10 === 7) raw[altered] = { dict: [`unseen ${j}`], idx: [0] };
    return encodeRequest(encoder, raw, rows.length);
  });
  return joinRequests(requests);
}

/** Joins the inputs of requests into one batch. */
export function joinRequests(requests: readonly GoldenRequest[]): GoldenBatch {
  return {
    requests,
    n: requests.reduce((sum, request) => sum + request.n, 0),
    ids: Int32Array.from(requests.flatMap((request) => request.ids)),
    numeric: Float32Array.from(requests.flatMap((request) => request.numeric)),
  };
}

/** Parses golden.json; throws BundleError BUNDLE_GOLDEN_MISMATCH when it is not a golden file. */
export function parseGoldenFile(bytes: Uint8Array): GoldenFile {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch (error) {
    throw new BundleError('BUNDLE_GOLDEN_MISMATCH', 'the golden file is not JSON', { cause: error });
  }
  const result = goldenFileSchema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new BundleError('BUNDLE_GOLDEN_MISMATCH', `golden file, ${issue.path.join('.')}: ${issue.message}`);
}

/** The raw columns of a golden request. */
export function goldenColumns({ columns }: Pick<GoldenRequest, 'columns'>): Columns {
  return new Map(Object.entries(columns).map(([name, column]) => [name, fromGoldenColumn(column)]));
}

/** Encodes every golden request again; throws BundleError BUNDLE_GOLDEN_MISMATCH naming the first difference. */
export function checkGoldenInputs(encoder: Encoder, golden: GoldenFile): void {
  golden.requests.forEach((request, r) => {
    const got = encodeRequest(encoder, request.columns, request.n);
    const idNames = encoder.idRanges.map((range) => range.name);
    compareInputs(`golden request ${r}`, idNames, request.ids, got.ids);
    compareInputs(`golden request ${r}`, encoder.numericColumns, request.numeric, got.numeric);
    for (const { name, features } of encoder.tensors?.inputs ?? []) {
      compareInputs(`golden request ${r}`, features, request.tensors?.[name] ?? [], got.tensors?.[name] ?? []);
    }
  });
}

/** Compares the model's probabilities with the golden ones; throws as `checkGoldenInputs` does. */
export function checkGoldenPredictions(golden: GoldenFile, got: ArrayLike<number>): void {
  if (golden.probability.length !== got.length) {
    throw mismatch(`golden file: ${golden.probability.length} probabilities for ${got.length} rows`);
  }
  golden.probability.forEach((expected, row) => {
    if (!(Math.abs(expected - got[row]) <= GOLDEN_TOLERANCE)) {
      throw mismatch(`golden row ${row}: probability expected ${expected}, got ${got[row]}`);
    }
  });
}

function encodeRequest(encoder: Encoder, columns: Record<string, GoldenColumn>, n: number): GoldenRequest {
  const ids = new Int32Array(n * encoder.idCount);
  const numeric = new Float32Array(n * encoder.numericCount);
  const raw = goldenColumns({ columns });
  const rowFlags = new Uint8Array(n);
  encoder.encode(raw, n, ids, numeric, rowFlags);
  const encoded = { n, columns, ids: [...ids], numeric: [...numeric] };
  if (encoder.tensors === undefined) return encoded;
  const { inputs } = encoder.tensors;
  const values = inputs.map(({ type, features }) =>
    tensorView(type, new ArrayBuffer(n * features.length * tensorBytes(type))),
  );
  encoder.tensors.encode(raw, n, values, 0, rowFlags);
  const tensors = inputs.map(({ name, type, features }, t): [string, (number | string | null)[]] => [
    name,
    readTensor(type, values[t], n * features.length).map((value) => (Number.isNaN(value) ? null : value)),
  ]);
  return { ...encoded, tensors: Object.fromEntries(tensors) };
}

function compareInputs(
  where: string,
  names: readonly string[],
  expected: readonly (number | string | null)[],
  got: readonly (number | string | null)[],
): void {
  if (expected.length !== got.length) throw mismatch(`${where}: ${expected.length} inputs expected, got ${got.length}`);
  const at = expected.findIndex((value, i) => value !== got[i]);
  if (at < 0) return;
  const [feature, row] = [names[at % names.length], Math.floor(at / names.length)];
  throw mismatch(`${where}, row ${row}, feature "${feature}": expected ${expected[at]}, got ${got[at]}`);
}

function mismatch(message: string): BundleError {
  return new BundleError('BUNDLE_GOLDEN_MISMATCH', message);
}
