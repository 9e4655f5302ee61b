import { InferenceSession, Tensor } from 'onnxruntime-node';
import { compileEncoder, type Encoder, type FeatureSchema } from '@adlift/features';
import { buildBundle, drawGoldenRequests, SESSION_OPTIONS, type Bundle } from '@adlift/scoring';
import { SeededRandom } from '@adlift/training';
import type { Column, Columns } from '@adlift/wire';
import { writeClickNetwork } from './click-network';

export const FIELDS = 26;
export const NUMBERS = 13;
const HASH_SIZE = 2 ** 16;
const EMBEDDING = 16;
const HIDDEN = [256, 128];
const SAMPLE_ROWS = 400;

/** The benchmark's model as a bundle, with the encoder of its features and the ONNX file as it is. */
export interface BenchModel {
  readonly reference: string;
  readonly bundle: Bundle;
  readonly encoder: Encoder;
  readonly onnx: Uint8Array;
}

/**
 * 26 hashed categories (embedding 16, hash size 2^16) and 13 numbers into a 429-256-128-1 network with weights drawn
 * from `seed`: 104 MB of ONNX. The same seed gives the same bytes.
 */
export async function makeBenchModel(version: string, seed = 1): Promise<BenchModel> {
  const encoder = compileBenchEncoder();
  const size = {
    fields: FIELDS,
    tableRows: encoder.tableSize,
    embedding: EMBEDDING,
    numbers: NUMBERS,
    hidden: HIDDEN,
  };
  const onnx = writeClickNetwork(size, seed);
  const golden = drawGoldenRequests(encoder, sampleColumns(SAMPLE_ROWS, seed), SAMPLE_ROWS);
  const session = await InferenceSession.create(onnx, SESSION_OPTIONS);
  const { probability } = await session.run({
    ids: new Tensor('int32', golden.ids, [golden.n, FIELDS]),
    numeric: new Tensor('float32', golden.numeric, [golden.n, NUMBERS]),
  });
  await session.release();
  const name = 'bench-click';
  const bundle = buildBundle({
    manifest: {
      name,
      version,
      kind: 'ctr',
      createdAt: '2026-01-01T00:00:00.000Z',
      features: encoder.schema,
      calibration: { a: 1, b: 0 },
      negativeSamplingRate: 1,
      trainingWindow: { from: '2026-01-01T00:00:00.000Z', to: '2026-01-02T00:00:00.000Z' },
      seed,
      metrics: {},
      baseline: { baseRate: 0.03, features: [] },
      licence: 'CC0-1.0',
    },
    model: onnx,
    golden,
    probabilities: probability?.data as Float32Array,
  });
  return { reference: `${name}@${version}`, bundle, encoder, onnx };
}

/** The encoder of the benchmark's features. */
export function compileBenchEncoder(): Encoder {
  return compileEncoder(benchSchema());
}

/** Names of the columns that requests of the benchmark carry. */
export const CATEGORY_NAMES = Array.from({ length: FIELDS }, (_, i) => `c${i}`);
export const NUMBER_NAMES = Array.from({ length: NUMBERS }, (_, i) => `x${i}`);

function benchSchema(): FeatureSchema {
  return {
    features: [
      ...CATEGORY_NAMES.map((name) => ({ name, type: 'categorical', encoder: 'hash', size: HASH_SIZE }) as const),
      ...NUMBER_NAMES.map(
        (name) =>
          ({
            name,
            type: 'numeric',
            clip: [0, 1000],
            transform: 'log1p',
            mean: 1,
            scale: 1,
            impute: 0,
            missingIndicator: false,
          }) as const,
      ),
    ],
    crosses: [],
  };
}

/**
 * Seeded values for `n` rows: category ids follow a power law over 100,000 values, as ids of users, sites and ads do;
 * numbers are counts.
 */
export function sampleColumns(n: number, seed: number): Columns {
  const random = new SeededRandom(seed);
  const columns = new Map<string, Column>();
  for (const name of CATEGORY_NAMES) {
    const values = Int32Array.from({ length: n }, () => Math.floor(100_000 ** random.next()));
    columns.set(name, { kind: 'i32', values });
  }
  for (const name of NUMBER_NAMES) {
    columns.set(name, { kind: 'f32', values: Float32Array.from({ length: n }, () => Math.floor(300 * random.next())) });
  }
  return columns;
}

/** Feature columns of one of the bodies that requests alternate between. */
export function variantColumns(n: number, variant: number): Columns {
  return sampleColumns(n, 1000 + variant);
}
