import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileEncoder, type DirectFeature } from '@adlift/features';
import { OnnxGraph } from '@adlift/training';
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
  readonly type: 'float32' | 'int32';
  readonly features: readonly DirectFeature[];
  readonly output: Manifest['output'];
}

const trees: Foreign = {
  model: writeTrees(),
  input: 'X',
  type: 'float32',
  features: ['a', 'b', 'c'].map(number),
  output: { name: 'probabilities', kind: 'probability', shape: 'n,2' },
};
const logits: Foreign = {
  model: writeTwoLogits(),
  input: 'x',
  type: 'float32',
  features: [number('a')],
  output: { name: 'y', kind: 'logit', shape: 'n,2' },
};

function partsOf({ input, type, features }: Foreign) {
  const schema = { features, crosses: [] };
  const shape = features.length === 1 ? 'n,1' : 'n,k';
  const names = features.map(({ name }) => name);
  const inputs: Manifest['inputs'] = { tensors: [{ name: input, type, shape, features: names }] };
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
    const imputed: Foreign = { ...logits, features: [{ name: 'a', type: 'direct', as: 'number', impute: 1 }] };
    const { inputs, golden } = partsOf(imputed);
    const probabilities = await rawProbabilities(logits.model, { inputs, output: logits.output }, golden.requests);
    golden.requests
      .flatMap(({ tensors }) => tensors?.['x'] ?? [])
      .forEach((x, i) => expect(probabilities[i]).toBeCloseTo(1 / (1 + Math.exp(Number(x))), 6));
  });

  it('feeds 32-bit integers and keeps every code inside the table', async () => {
    const graph = new OnnxGraph('codes');
    const codes = graph.node('Gather', [
      graph.constant(Float32Array.of(-3, -1, 2), [3]),
      graph.input('c', 'int32', ['n', 2]),
    ]);
    const sum = graph.node('ReduceSum', [codes, graph.constant(BigInt64Array.of(1n), [1])], { keepdims: 0 });
    graph.node('Sigmoid', [sum], {}, 'p');
    graph.output('p', 'float', ['n']);
    const features = ['a', 'b'].map((name): DirectFeature => ({
      name,
      type: 'direct',
      as: 'integer',
      range: [0, 2],
      missing: 1,
    }));
    const output: Manifest['output'] = { name: 'p', kind: 'probability', shape: 'n' };
    const bundle = await bundleOf({ model: graph.toBytes(), input: 'c', type: 'int32', features, output });
    expect((await open(bundle)).shape.tensors).toEqual([{ type: 'int32', columns: 2 }]);
  });

  it.each<[string, Foreign, string, string]>([
    [
      'probabilities declared as logits',
      { ...trees, output: { ...trees.output, kind: 'logit' } },
      'BUNDLE_MODEL_OUTPUT',
      'declare "kind": "probability"',
    ],
    ['an input of another name', { ...trees, input: 'Y' }, 'BUNDLE_MODEL_INPUT', 'it has X'],
    [
      'an input of another width',
      { ...trees, features: ['a', 'b'].map(number) },
      'BUNDLE_MODEL_INPUT',
      'the model has [N,3]',
    ],
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
    const drawn = partsOf(logits).golden;
    const whole = drawn.requests.filter(({ tensors }) => !tensors?.['x'].includes(null));
    const requests = Array.from({ length: 100 }, (_, i) => whole[i % whole.length]);
    const rows = requests.reduce((sum, request) => sum + request.n, 0);
    const foreign: Foreign = { ...logits, output: { ...logits.output, kind: 'probability' } };
    const bundle = await bundleOf(foreign, new Array<number>(rows).fill(0.5), { ...drawn, requests, n: rows });
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
