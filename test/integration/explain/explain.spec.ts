import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { encodeColumns, type AdServerClient, type PredictCall, type PredictReply } from '@adlift/client';
import { proto, type Column } from '@adlift/wire';
import { adliftProgram } from '../../../apps/cli/src/program';
import { writeNetwork, writeTrees } from '../../../libs/scoring/src/foreign-models.fixture';
import { bundleModel } from '../../../libs/scoring/src/model-bundle.fixture';
import { publishTreatment, startExperiment } from '../experiments/test-experiment';
import { NETWORK_MANIFEST, TREES_MANIFEST } from '../model/foreign-manifests';
import { predictCall } from '../predictor/predict-call';
import { rows } from '../setup/rows';
import { TestApps } from '../setup/test-apps';
import { until } from '../setup/until';

const KEY = 'explained';
/** The model's probability has single precision; this is its rounding, seen on the logit. */
const ON_THE_LOGIT = 1e-6;

const FOREIGN_COLUMNS = encodeColumns(
  new Map<string, Column>([
    ['price', { kind: 'f32', values: Float32Array.of(1.5, 7, 0), missing: Uint8Array.of(4) }],
    ['hour', { kind: 'i32', values: Int32Array.of(3, 13, 99) }],
    ['site', { kind: 'dict', dict: ['news', 'shop', 'été'], idx: Uint32Array.of(0, 1, 2) }],
  ]),
);

describe('Explain', () => {
  let apps: TestApps;

  beforeAll(async () => {
    apps = await TestApps.start({ ownsFlags: true });
    await publishTreatment(apps);
    await startExperiment(apps, KEY);
  }, 180_000);
  afterAll(() => apps.stop());

  /** Explains as a client that is asked to come again later does. */
  function explained(call: Parameters<AdServerClient['explain']>[0]): Promise<proto.v1.ExplainResponse> {
    return until('a moment with less to predict', () =>
      apps.ordinary.explain(call).catch((error: { code?: number }) => {
        if (error.code === status.RESOURCE_EXHAUSTED) return undefined;
        throw error;
      }),
    );
  }

  /** Holds an explanation against its own sums and against the scores that Predict gave. */
  function expectSums({ explanations }: proto.v1.ExplainResponse, { pctr }: PredictReply): void {
    for (const { index, base, logit, ...one } of explanations) {
      const contributions = one.contributions ?? [];
      expect(contributions.length).toBeGreaterThan(0);
      const sum = contributions.reduce((total, { value }) => total + (value ?? NaN), base ?? NaN);
      expect(Math.abs(sum - (logit ?? NaN))).toBeLessThanOrEqual(1e-12);
      const p = pctr[index ?? 0] ?? NaN;
      expect(Math.abs(sum - Math.log(p / (1 - p)))).toBeLessThanOrEqual(ON_THE_LOGIT);
      const sizes = contributions.map(({ value }) => Math.abs(value ?? NaN));
      expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
    }
  }

  it.each([
    ['control', 'linear', 'click-lr'],
    ['treatment', 'factorisation', 'click-fm'],
  ])('takes the score of %s apart by the weights of its model', async (variant, method, model) => {
    const request = predictCall({ forceVariant: `${KEY}:${variant}` });
    const predicted = await apps.ordinary.predict(request);
    const answer = await explained({ request });
    expect(answer).toMatchObject({ method, model, modelVersion: '1', experiment: KEY, variant });
    expect(answer.bundleDigest).toBe(predicted.bundleDigest);
    expect(answer.explanations.map(({ index }) => index)).toEqual([0, 1, 2]);
    expectSums(answer, predicted);
    const names = answer.explanations[0]?.contributions?.map(({ feature }) => feature).sort();
    expect(names).toEqual(['ad', 'ad*site', 'price', 'site']);
  });

  it('explains the variant that the unit would be served, and writes nothing', async () => {
    const request = predictCall({ unitId: 'never-exposed', currency: '' });
    const answer = await explained({ request, index: [2, 0] });
    expect(answer.experiment).toBe(KEY);
    expect(answer.explanations.map(({ index }) => index)).toEqual([2, 0]);
    const marker = await apps.ordinary.predict(predictCall({ unitId: 'exposed' }));
    await until('the unit that predicted to be stored', async () => {
      const { ledger } = await apps.state();
      return ledger.predictions === 0 && ledger.exposures === 0;
    });
    const units = await rows<{ unit: string }>(
      apps.database.url,
      'SELECT unit FROM exposure UNION SELECT unit FROM prediction',
    );
    expect(units.map(({ unit }) => unit)).toContain('exposed');
    expect(units.map(({ unit }) => unit)).not.toContain('never-exposed');
    const again = await apps.ordinary.predict({ ...request, requestId: marker.requestId + '-later' });
    expect(again.assignments[0]).toMatchObject({ assigned: answer.variant });
    expect(again.bundleDigest).toBe(answer.bundleDigest);
  });

  it('says the same over HTTP', async () => {
    const body = {
      requestId: 'explained-over-http',
      adIds: ['ad-1', 'ad-2', 'ad-3'],
      features: { ad: [1, 2, 3], site: 'news', price: [1, 2.5, 4] },
      forceVariant: `${KEY}:treatment`,
      index: [1],
    };
    const grpc = await explained({ request: predictCall({ forceVariant: body.forceVariant }), index: [1] });
    const http = await apps.post('/v1/explain', body);
    const { explanations, method, bundleDigest } = JSON.parse(JSON.stringify(grpc)) as typeof grpc;
    expect(http).toMatchObject({ status: 200, body: { explanations, method, bundleDigest, variant: 'treatment' } });
  });

  it('explains without a weight file that does not give the scores of the model', async () => {
    const honest = bundleModel('lr', 7).bundle;
    const other = bundleModel('lr', 8).bundle;
    const listed = other.manifest.files['weights.json'];
    const manifest = structuredClone({ ...honest.manifest, name: 'click-liar' });
    if (listed !== undefined) manifest.files['weights.json'] = listed;
    const files = new Map([...honest.files, ['weights.json', other.files.get('weights.json') ?? Buffer.alloc(0)]]);
    await apps.admin.publishModel({ manifest, files, digest: 'of the changed manifest' }, 'champion');
    const predicted = await until('the champion to serve', async () => {
      const answer = await apps.ordinary.predict(predictCall());
      return answer.model === 'click-liar' && answer;
    });
    for (let time = 1; time <= 2; time++) {
      const answer = await explained({ request: predictCall() });
      expect(answer).toMatchObject({ method: 'replacement', model: 'click-liar', experiment: '', variant: '' });
      expectSums(answer, predicted);
    }
  });

  it.each([
    ['trees', writeTrees, TREES_MANIFEST],
    ['network', writeNetwork, NETWORK_MANIFEST],
  ])('explains imported %s by replacing one feature after another', async (name, write, manifest) => {
    const folder = mkdtempSync(join(tmpdir(), 'adlift-explain-'));
    try {
      writeFileSync(join(folder, 'model.onnx'), write());
      writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
      const connection = { admin: apps.admin, importer: apps.importer, close: () => Promise.resolve() };
      const identity = [
        '--name',
        name,
        '--version',
        '1',
        '--label',
        'champion',
        '--manifest',
        'manifest.json',
        '--json',
      ];
      const quiet = jest.spyOn(process.stdout, 'write').mockImplementation(() => true);
      await adliftProgram(() => Promise.resolve(connection), folder)
        .parseAsync(['model', 'import', 'model.onnx', ...identity], { from: 'user' })
        .finally(() => quiet.mockRestore());
    } finally {
      rmSync(folder, { recursive: true });
    }
    const call = (): PredictCall => predictCall({ columns: FOREIGN_COLUMNS });
    const predicted = await until(`${name} to serve`, async () => {
      const answer = await apps.ordinary.predict(call());
      return answer.model === name && answer;
    });
    const answer = await explained({ request: call() });
    expect(answer).toMatchObject({ method: 'replacement', model: name, bundleDigest: predicted.bundleDigest });
    expectSums(answer, predicted);
    expect(answer.explanations[0]?.contributions).toHaveLength(3);
  });
});
