import { compileEncoder, type Encoder, type FeatureBaseline, learnSchema } from '@adlift/features';
import {
  encodeDataset,
  IDENTITY_CALIBRATION,
  predictRows,
  SeededRandom,
  servedLogit,
  sigmoid,
  trainFactorisationMachine,
  trainLogisticRegression,
  weightsToJson,
  writeOnnx,
} from '@adlift/training';
import type { Column, Columns } from '@adlift/wire';
import { buildBundle, type Bundle } from './build-bundle';
import { drawGoldenRequests } from './golden-requests';

/** A small trained model as a bundle, with the data it was trained on. */
export interface ModelFixture {
  readonly bundle: Bundle;
  readonly model: Uint8Array;
  readonly encoder: Encoder;
  readonly columns: Columns;
  readonly n: number;
  readonly baseline: readonly FeatureBaseline[];
}

/** Trains a model of the given kind on seeded clicks and bundles it; the same arguments give the same bytes. */
export function bundleModel(kind: 'lr' | 'fm', seed: number): ModelFixture {
  const n = 4000;
  const random = new SeededRandom(seed);
  const missing = Uint8Array.from({ length: n / 8 }, (_, i) => (i % 9 === 0 ? 4 : 0));
  const columns: Columns = new Map<string, Column>([
    ['ad', { kind: 'i32', values: Int32Array.from({ length: n }, () => Math.floor(random.next() * 40)) }],
    [
      'site',
      { kind: 'dict', dict: ['news', 'été', ''], idx: Uint32Array.from({ length: n }, (_, i) => i % 3), missing },
    ],
    ['price', { kind: 'f32', values: Float32Array.from({ length: n }, () => Math.exp(random.nextNormal())), missing }],
  ]);
  const labels = Uint8Array.from({ length: n }, (_, i) => (random.next() < 0.1 + 0.1 * (i % 3) ? 1 : 0));
  const { schema, baseline } = learnSchema(
    {
      features: [
        { name: 'ad', type: 'categorical', encoder: 'hash', size: 64 },
        { name: 'site', type: 'categorical', encoder: 'vocabulary' },
        { name: 'price', type: 'numeric', transform: 'log1p' },
      ],
      crosses: [{ name: 'ad*site', of: ['ad', 'site'], size: 64 }],
    },
    columns,
    n,
  );
  const encoder = compileEncoder(schema);
  const encoded = encodeDataset({ columns, n, labels }, encoder);
  const { weights, validation } =
    kind === 'lr' ? trainLogisticRegression(encoded) : trainFactorisationMachine(encoded, { seed, maxEpochs: 2 });
  const model = writeOnnx({ weights, idCount: encoder.idCount });
  const golden = drawGoldenRequests(encoder, columns, n);
  const raw = predictRows(weights, golden.ids, golden.numeric, golden.n);
  const bundle = buildBundle({
    manifest: {
      name: `click-${kind}`,
      version: '1',
      kind: 'ctr',
      createdAt: '2026-01-02T03:04:05.000Z',
      features: schema,
      calibration: IDENTITY_CALIBRATION,
      negativeSamplingRate: 1,
      trainingWindow: { from: '2026-01-01T00:00:00.000Z', to: '2026-01-02T00:00:00.000Z' },
      seed,
      metrics: { ...validation },
      baseline: { baseRate: 0.2, features: baseline },
      licence: 'CC0-1.0',
    },
    model,
    golden,
    probabilities: raw.map((logit) => sigmoid(servedLogit(logit, IDENTITY_CALIBRATION, 1))),
    attachments: new Map([['weights.json', Buffer.from(weightsToJson(weights))]]),
  });
  return { bundle, model, encoder, columns, n, baseline };
}
