import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileEncoder, type DirectFeature } from '@adlift/features';
import type { Columns } from '@adlift/wire';
import { buildBundle, type Bundle } from './build-bundle';
import { writeBundleFolder } from './bundle-folder';
import { treeProbability, writeTrees, writeTwoLogits } from './foreign-models.fixture';
import { drawGoldenRequests, type GoldenBatch, type GoldenRequest } from './golden-requests';
import { LoadedModel } from './loaded-model';
import type { Manifest } from './manifest';
import { rawProbabilities } from './raw-probabilities';

const n = 300;
const number = (name: string): DirectFeature => ({ name, type: 'direct', as: 'number', impute: 'nan' });
const columns: Columns = new Map(
  ['a', 'b', 'c'].map((name, k) => [
    name,
    { kind: 'f32', values: Float32Array.from({ length: n }, (_, i) => (i * (k + 3)) % 20) },
  ]),
);
const root = mkdtempSync(join(tmpdir(), 'adlift-foreign-'));

afterAll(() => rmSync(root, { recursive: true }));

interface Foreign {
  readonly model: Uint8Array;
  readonly input: string;
  readonly features: readonly string[];
  readonly output: Manifest['output'];
}

const trees: Foreign = {
  model: writeTrees(),
  input: 'X',
  features: ['a', 'b', 'c'],
  output: { name: 'probabilities', kind: 'probability', shape: 'n,2' },
};
const logits: Foreign = {
  model: writeTwoLogits(),
  input: 'x',
  features: ['a'],
  output: { name: 'y', kind: 'logit', shape: 'n,2' },
};

function partsOf({ input, features }: Foreign) {
  const schema = { features: features.map(number), crosses: [] };
  const shape = features.length === 1 ? 'n,1' : 'n,k';
  const inputs: Manifest['inputs'] = { tensors: [{ name: input, type: 'float32', shape, features: [...features] }] };
  return { schema, inputs, golden: drawGoldenRequests(compileEncoder(schema, inputs.tensors), columns, n) };
}

async function bundleOf(foreign: Foreign, probabilities?: number[], golden?: GoldenBatch): Promise<Bundle> {
  const { schema, inputs, golden: drawn } = partsOf(foreign);
  const { model, output } = foreign;
  return buildBundle({
    manifest: {
      ...{ name: 'foreign', version: '1', kind: 'ctr', createdAt: '2026-01-02T00:00:00Z', seed: 0, metrics: {} },
      features: schema,
      inputs,
      output,
      calibration: { a: 1, b: 0 },
      negativeSamplingRate: 1,
      trainingWindow: { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' },
      baseline: { baseRate: 0.1, features: [] },
      licence: 'CC0-1.0',
    },
    model,
    golden: golden ?? drawn,
    probabilities: probabilities ?? (await rawProbabilities(model, { inputs, output }, drawn.requests)),
  });
}

function open(bundle: Bundle): Promise<LoadedModel> {
  return LoadedModel.open(bundle.digest, writeBundleFolder(root, bundle));
}

describe('a bundle of a foreign model', () => {
  it('replays rows with NaN from its JSON to the probabilities of a session of its own', async () => {
    const { golden } = partsOf(trees);
    expect(golden.requests.some(({ tensors }) => tensors?.['X'].includes(null))).toBe(true);
    const bundle = await bundleOf(trees);
    const model = await open(bundle);
    expect(model.shape).toMatchObject({ idCount: 0, tensors: [{ type: 'float32', columns: 3 }], outputWidth: 2 });
    const rows = golden.requests.flatMap(({ n: rowCount, tensors }) =>
      Array.from(
        { length: rowCount },
        (_, i) => tensors?.['X'].slice(3 * i, 3 * i + 3).map((x) => Number(x ?? NaN)) ?? [],
      ),
    );
    const probability = (
      JSON.parse(Buffer.from(bundle.files.get('golden.json') ?? []).toString()) as { probability: number[] }
    ).probability;
    rows.forEach((row, i) => expect(probability[i]).toBeCloseTo(treeProbability(row), 6));
  });

  it('reads two logits as their softmax', async () => {
    const plain = { ...logits, features: ['a'] };
    const { schema, inputs } = partsOf(plain);
    const imputed = { ...schema, features: [{ ...number('a'), impute: 1 }] as DirectFeature[] };
    const golden = drawGoldenRequests(compileEncoder(imputed, inputs.tensors), columns, n);
    const probabilities = await rawProbabilities(plain.model, { inputs, output: plain.output }, golden.requests);
    golden.requests
      .flatMap(({ tensors }) => tensors?.['x'] ?? [])
      .forEach((x, i) => expect(probabilities[i]).toBeCloseTo(1 / (1 + Math.exp(Number(x))), 6));
  });

  it.each<[string, Foreign, string, string]>([
    [
      'probabilities declared as logits',
      { ...trees, output: { ...trees.output, kind: 'logit' } },
      'BUNDLE_MODEL_OUTPUT',
      'declare "kind": "probability"',
    ],
    ['an input of another name', { ...trees, input: 'Y' }, 'BUNDLE_MODEL_INPUT', 'it has X'],
    ['an input of another width', { ...trees, features: ['a', 'b'] }, 'BUNDLE_MODEL_INPUT', 'the model has [N,3]'],
    [
      'an output of another shape',
      { ...trees, output: { ...trees.output, shape: 'n' } },
      'BUNDLE_MODEL_OUTPUT',
      'the model has [N,2]',
    ],
    [
      'an output of another type',
      { ...trees, output: { name: 'label', kind: 'probability', shape: 'n' } },
      'BUNDLE_MODEL_OUTPUT',
      'the model has int64',
    ],
    ['a feature that the model cannot miss', logits, 'BUNDLE_MODEL_OUTPUT', 'state an "impute"'],
  ])('is refused by the loader for %s', async (_fault, foreign, code, message) => {
    const rows = partsOf(foreign).golden.n;
    await expect(open(await bundleOf(foreign, new Array<number>(rows).fill(0.5)))).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message) as string,
    });
  });

  it('is refused by the loader for logits declared as probabilities', async () => {
    const features = ['a', 'b'];
    const parts = partsOf({ ...logits, features: ['a'] });
    const whole = parts.golden.requests.filter(({ tensors }) => !tensors?.['x'].includes(null));
    const requests: GoldenRequest[] = Array.from({ length: 100 }, (_, i) => whole[i % whole.length]);
    const golden = { ...parts.golden, requests, n: requests.reduce((sum, request) => sum + request.n, 0) };
    const foreign: Foreign = {
      ...logits,
      features: features.slice(0, 1),
      output: { ...logits.output, kind: 'probability' },
    };
    const bundle = await bundleOf(foreign, new Array<number>(golden.n).fill(0.5), golden);
    await expect(open(bundle)).rejects.toMatchObject({
      code: 'BUNDLE_MODEL_OUTPUT',
      message: expect.stringContaining('declare "kind": "logit"') as string,
    });
  });

  it('is refused when its features encode differently, naming request, row and feature', async () => {
    const { golden } = partsOf(trees);
    const requests = structuredClone(golden.requests) as GoldenRequest[];
    const values = requests[4].tensors?.['X'] ?? [];
    values[1] = 77;
    const bundle = await bundleOf(trees, new Array<number>(golden.n).fill(0.5), { ...golden, requests });
    await expect(open(bundle)).rejects.toMatchObject({
      code: 'BUNDLE_GOLDEN_MISMATCH',
      message: expect.stringMatching(/golden request 4, row 0, feature "b": expected 77, got/) as string,
    });
  });
});
