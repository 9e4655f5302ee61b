import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { encodeColumns, type PredictReply } from '@adlift/client';
import type { Column } from '@adlift/wire';
import { adliftProgram } from '../../../apps/cli/src/program';
import { treeProbability, writeNetwork, writeTrees } from '../../../libs/scoring/src/foreign-models.fixture';
import { GrpcProtocolClient, inferOverHttp, rawTexts } from '../inference-protocol/protocol-client';
import { predictCall } from '../predictor/predict-call';
import { TestApps } from '../setup/test-apps';
import { until } from '../setup/until';
import { NETWORK_MANIFEST, SITE_CODES, TREES_MANIFEST } from './foreign-manifests';

// Row flags, as docs/errors.md lists them.
const MISSING = 1;
const UNKNOWN_CATEGORY = 2;
const CLIPPED = 8;

/** What the requests say; null is missing. */
const PRICES = [1.5, 2.75, null, -4, 40];
const HOURS = [3, 12, 13, 99, -7];
const SITES = ['news', 'shop', 'été', 'news', 'elsewhere'];
const N = PRICES.length;

const COLUMNS = encodeColumns(
  new Map<string, Column>([
    ['price', { kind: 'f32', values: Float32Array.from(PRICES, (price) => price ?? 0), missing: Uint8Array.of(4) }],
    ['hour', { kind: 'i32', values: Int32Array.from(HOURS) }],
    ['site', { kind: 'dict', dict: [...new Set(SITES)], idx: Uint32Array.from(SITES, place) }],
  ]),
);

function place(site: string): number {
  return [...new Set(SITES)].indexOf(site);
}

const clampedHours = HOURS.map((hour) => Math.min(Math.max(hour, 0), 23));

describe('adlift model import', () => {
  const folder = mkdtempSync(join(tmpdir(), 'adlift-models-'));
  let apps: TestApps;

  beforeAll(async () => {
    // On a busy machine sixty requests at once would be load to shed.
    apps = await TestApps.start({ predictor: { QUEUE_TARGET_MS: '10000' } });
  }, 60_000);
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await apps.stop();
  });

  /** What a command prints on standard output. */
  async function run(...args: string[]): Promise<string> {
    let printed = '';
    const write = jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed += String(text);
      return true;
    });
    try {
      const connection = { admin: apps.admin, importer: apps.importer, close: () => Promise.resolve() };
      await adliftProgram(() => Promise.resolve(connection), folder).parseAsync(['model', ...args], { from: 'user' });
    } finally {
      write.mockRestore();
    }
    return printed;
  }

  const put = (name: string, content: Uint8Array | object): string => {
    writeFileSync(join(folder, name), content instanceof Uint8Array ? content : JSON.stringify(content));
    return name;
  };

  /** Imports as champion and waits until the predictor answers with the model. */
  async function serve(name: string, ...args: string[]): Promise<PredictReply> {
    const identity = ['--name', name, '--version', '1', '--label', 'champion', '--json'];
    const { digest } = JSON.parse(await run('import', ...args, ...identity)) as { digest: string };
    return until(`${name} to be served`, async () => {
      const answer = await apps.ordinary.predict(
        predictCall({ n: N, adId: SITES.map((_, i) => `ad-${i}`), columns: COLUMNS, bidMicros: [500_000] }),
      );
      return answer.bundleDigest === digest && answer;
    });
  }

  it('serves trees with one packed input as a session of their own scores them, missing numbers and all', async () => {
    const answer = await serve('trees', put('trees.onnx', writeTrees()), '--manifest', put('t.json', TREES_MANIFEST));
    const rows = PRICES.map((price, i) => [price ?? NaN, clampedHours[i] ?? NaN, code(SITES[i] ?? '')]);
    const session = await InferenceSession.create(writeTrees());
    const { probabilities } = await session.run({ X: new Tensor('float32', Float32Array.from(rows.flat()), [N, 3]) });
    await session.release();
    const raw = probabilities?.data as Float32Array;
    rows.forEach((row, i) => {
      expect(Math.abs((answer.pctr[i] ?? NaN) - (raw[2 * i + 1] ?? NaN))).toBeLessThanOrEqual(1e-6);
      expect(raw[2 * i + 1]).toBeCloseTo(treeProbability(row), 6);
    });
    expect(new Set(answer.pctr).size).toBe(N - 1);
    expect(answer).toMatchObject({ model: 'trees', modelVersion: '1', fallback: false });
    expect([...answer.rowFlags]).toEqual([0, 0, MISSING | UNKNOWN_CATEGORY, CLIPPED, CLIPPED | UNKNOWN_CATEGORY]);
  });

  it('serves a network with text, int64 and double inputs and a logit as a session of its own scores it', async () => {
    const manifest = put('n.json', NETWORK_MANIFEST);
    const answer = await serve('network', put('network.onnx', writeNetwork()), '--manifest', manifest);
    const session = await InferenceSession.create(writeNetwork());
    const { ctr } = await session.run({
      site: new Tensor('string', SITES, [N, 1]),
      hour: new Tensor('int64', BigInt64Array.from(clampedHours, BigInt), [N]),
      price: new Tensor(
        'float64',
        Float64Array.from(PRICES, (price) => price ?? 1),
        [N, 1],
      ),
    });
    await session.release();
    const raw = [...(ctr?.data as Float32Array)];
    raw.forEach((p, i) => expect(Math.abs((answer.pctr[i] ?? NaN) - p)).toBeLessThanOrEqual(1e-6));
    expect(new Set(raw).size).toBe(N);
    expect([...answer.rowFlags]).toEqual([0, 0, MISSING, CLIPPED, CLIPPED]);
  });

  it('keeps concurrent requests of a model with texts apart', async () => {
    const sites = ['news', 'été', 'other'];
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        apps.ordinary.predict(
          predictCall({
            n: 1 + (i % 4),
            adId: Array.from({ length: 1 + (i % 4) }, (_unused, j) => `ad-${j}`),
            columns: encodeColumns(
              new Map<string, Column>([
                ['site', { kind: 'dict', dict: [sites[i % 3] ?? ''], idx: Uint32Array.of(0) }],
                ['hour', { kind: 'i32', values: Int32Array.of(i % 24) }],
                ['price', { kind: 'f32', values: Float32Array.of(i) }],
              ]),
            ),
            bidMicros: [500_000],
          }),
        ),
      ),
    );
    answers.forEach(({ pctr, fallback }, i) => {
      const site = [-2, 0.5, -1][i % 3] ?? NaN;
      const logit = site + Math.sin(i % 24) - 1 - Math.min(i, 50) / 8;
      expect(fallback).toBe(false);
      for (const p of pctr) expect(p).toBeCloseTo(1 / (1 + Math.exp(-logit)), 6);
    });
  });

  it('serves it to clients of the Open Inference Protocol by the inputs that it tells them of', async () => {
    const expected = await apps.ordinary.predict(
      predictCall({ n: N, adId: SITES.map((_, i) => `ad-${i}`), columns: COLUMNS, bidMicros: [500_000] }),
    );
    const url = `${apps.predictorUrl}/v2/models/network`;
    const { inputs } = (await (await fetch(url)).json()) as { inputs: { name: string; datatype: string }[] };
    expect(inputs.map(({ name, datatype }) => [name, datatype])).toEqual([
      ['site', 'BYTES'],
      ['hour', 'INT64'],
      ['price', 'FP32'],
    ]);
    const prices = Buffer.from(Float32Array.from(PRICES, (price) => price ?? NaN).buffer);
    const raw = [rawTexts(SITES), Buffer.from(BigInt64Array.from(HOURS, BigInt).buffer), prices];
    const grpc = new GrpcProtocolClient(apps.grpcAddress);
    const shaped = inputs.map((input) => ({ ...input, shape: [N] }));
    const binary = await grpc.infer({ model_name: 'network', inputs: shaped, raw_input_contents: raw });
    grpc.close();
    expect(binary.outputs.pctr?.values).toEqual([...expected.pctr]);

    const given = { site: SITES.slice(0, 2), hour: HOURS.slice(0, 2), price: PRICES.slice(0, 2) };
    const json = inputs.map((input) => ({ ...input, shape: [2], data: given[input.name as keyof typeof given] }));
    const answer = await inferOverHttp(`${url}/infer`, { inputs: json });
    expect(answer.outputs.pctr?.values).toEqual([...expected.pctr].slice(0, 2));
    const ads = { name: 'ad_id', datatype: 'BYTES', shape: [2], data: ['ad-0', 'ad-1'] };
    const routed = await inferOverHttp(`${apps.predictorUrl}/v2/models/adlift/infer`, { inputs: [ads, ...json] });
    expect(routed.outputs.pctr?.values).toEqual([...expected.pctr].slice(0, 2));
  });

  it('registers the same model again as the same version, and lists it', async () => {
    const again = await run('import', 'trees.onnx', '--name', 'trees', '--version', '1', '--manifest', 't.json');
    expect(again).toMatch(/^trees@1 is registered: sha256:[0-9a-f]{64}\n$/);
    expect(await run('list')).toMatch(/^trees@1 +ctr /m);
    const digest = again.trim().split(' ').at(-1);
    expect(JSON.parse(await run('list', '--json'))).toContainEqual(
      expect.objectContaining({ name: 'trees', version: '1', kind: 'ctr', digest }),
    );
  });

  it('takes golden requests and drift bins from a sample, and registers nothing on a dry run', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => `${i % 5 === 0 ? '' : i / 4},${i % 24},${SITES[i % 5]},${i % 2}`);
    put('rows.csv', new TextEncoder().encode(['price,hour,site,clicked', ...rows].join('\n')));
    const args = ['trees.onnx', '--name', 'sampled', '--manifest', 't.json', '--sample', 'rows.csv'];
    expect(await run('import', ...args, '--version', '0', '--dry-run')).toMatch(/^sampled@0 can be imported; nothing/);
    expect(await run('list')).not.toContain('sampled@0');
    await run('import', ...args, '--version', '1', '--kind', 'cvr');
    const manifest = await fetch(`${apps.experimentsUrl}/v1/models/sampled/1`);
    expect(await manifest.json()).toMatchObject({
      kind: 'cvr',
      baseline: {
        baseRate: 0.12,
        features: [
          { feature: 'price', n: 40, missing: 8, bins: { kind: 'numeric' } },
          { feature: 'hour', n: 40, missing: 0, bins: { kind: 'categorical' } },
          { feature: 'site', n: 40, unknown: 16, bins: { kind: 'categorical', values: expect.any(Array) as string[] } },
        ],
      },
    });
  });

  it('writes a manifest to complete, says what is open, and refuses it until then', async () => {
    const identity = ['--name', 'draft', '--version', '1'];
    put('draft.onnx', writeNetwork());
    const printed = await run('import', 'draft.onnx', '--output', 'click_logit', ...identity);
    expect(printed).toContain('draft.manifest.json is written');
    expect(printed).toContain('features.1.range.1');
    const draft = JSON.parse(readFileSync(join(folder, 'draft.manifest.json'), 'utf8')) as typeof NETWORK_MANIFEST;
    expect(draft.inputs).toEqual(NETWORK_MANIFEST.inputs);
    expect(draft.output).toEqual(NETWORK_MANIFEST.output);
    await expect(run('import', 'draft.onnx', ...identity, '--manifest', 'draft.manifest.json')).rejects.toThrow(
      'draft.manifest.json, features.1.range.1: still says "TO COMPLETE',
    );
    await expect(run('import', 'draft.onnx', '--output', 'ctr', ...identity)).rejects.toThrow(
      'draft.manifest.json exists',
    );
  });

  const network = (change: object): object => ({ ...NETWORK_MANIFEST, ...change });
  const trees = (change: object): object => ({ ...TREES_MANIFEST, ...change });
  const features = (at: number, change: object): object[] =>
    NETWORK_MANIFEST.features.map((feature, i) => (i === at ? { ...feature, ...change } : feature));
  const output = (change: object): object => ({ output: { ...NETWORK_MANIFEST.output, ...change } });

  it.each<[string, string, object, string]>([
    ['a field that is not there', 'network', network({ licence: undefined }), 'bad.json, licence:'],
    ['a feature of no kind', 'network', network({ features: features(1, { as: 'float' }) }), 'features.1.as'],
    ['a range wider than the table', 'network', network({ features: features(1, { range: [0, 24] }) }), 'idx=24'],
    ['a missing code outside', 'network', network({ features: features(1, { missing: 99 }) }), 'BUNDLE_MODEL_INPUT'],
    ['a logit called a probability', 'network', network(output({ kind: 'probability' })), 'declare "kind": "logit"'],
    ['an output of another type', 'network', network(output({ type: 'float32' })), 'the model has float64'],
    ['an output of another shape', 'network', network(output({ shape: 'n' })), 'the model has [n,1]'],
    ['an output that is not there', 'network', network(output({ name: 'p' })), 'it has click_logit, ctr'],
    [
      'a probability called a logit',
      'trees',
      trees({ output: { ...TREES_MANIFEST.output, kind: 'logit' } }),
      'declare "kind": "probability"',
    ],
    [
      'an input with too few columns',
      'trees',
      trees({
        features: TREES_MANIFEST.features.slice(0, 2),
        inputs: { tensors: [{ name: 'X', type: 'float32', shape: 'n,k', features: ['price', 'hour'] }] },
      }),
      'the manifest states [n,2], the model has [N,3]',
    ],
  ])('refuses %s, naming it', async (_fault, model, manifest, message) => {
    put('bad.json', manifest);
    const args = [`${model}.onnx`, '--name', 'bad', '--version', '1', '--manifest', 'bad.json'];
    await expect(run('import', ...args)).rejects.toThrow(message);
    expect(await run('list')).not.toContain('bad@1');
  });

  it('tells what is in a file, and the way out of a ZipMap', async () => {
    put('maps.onnx', writeTrees({ zipMap: true }));
    const wayOut = "options={'zipmap': False} (skl2onnx) or zipmap=False (onnxmltools)";
    expect(await run('inspect', 'trees.onnx')).toMatch(/input +X +float32 \[N, 3\]\n[^]*It can be imported/);
    expect(JSON.parse(await run('inspect', 'maps.onnx', '--json'))).toMatchObject({
      opsets: [
        { domain: '', version: 17 },
        { domain: 'ai.onnx.ml', version: 3 },
      ],
      obstacles: [{ code: 'BUNDLE_MODEL_OUTPUT', message: expect.stringContaining(wayOut) as string }],
    });
    await expect(run('import', 'maps.onnx', '--name', 'maps', '--version', '1')).rejects.toThrow(wayOut);
    await expect(run('inspect', 'nowhere.onnx')).rejects.toThrow('cannot read');
  });

  it('keeps the predictor serving what it had', async () => {
    const { models } = await apps.state();
    expect(models.failed).toEqual([]);
  });
});

function code(site: string): number {
  const at = SITE_CODES.indexOf(site);
  return at < 0 ? 2 : at;
}
