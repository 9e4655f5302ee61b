import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleFile, bundleFolder } from '@adlift/scoring';
import { bundleModel } from '../../../libs/scoring/src/model-bundle.fixture';
import { PREDICTOR_CONFIG, type PredictorEnvironment } from '../../../apps/predictor/src/predictor-config';
import { Heartbeat } from '../../../apps/predictor/src/replica/heartbeat';
import { ModelRepository } from '../../../apps/predictor/src/serving/model-repository';
import { experimentBody } from '../experiments/test-experiment';
import { predictCall } from '../predictor/predict-call';
import { KEYS, TestApps } from '../setup/test-apps';
import { until } from '../setup/until';
import { call, flipBit, onReplica, renamed, served, wanted, whenServed } from './registry-calls';

const FM = bundleModel('fm', 11).bundle;
const KEY = 'z-registry-use';

describe('loading, unloading and reloading by hand', () => {
  let apps: TestApps;
  let models: ModelRepository;
  let replica: string;

  beforeAll(async () => {
    apps = await TestApps.start({ ownsFlags: true, environment: 'production' });
    models = apps.predictor.get(ModelRepository);
    replica = apps.predictor.get(Heartbeat).id;
    await apps.admin.publishModel(FM);
    await apps.admin.publishModel(renamed(FM, { version: '2' }));
  }, 180_000);
  afterAll(() => apps.stop());

  it('has replicas load a version, which tell of it, and let go of it', async () => {
    const view = await apps.admin.requestModel('load', 'click-fm', '2');
    expect(view).toMatchObject({ wanted: true, reasons: ['loaded by hand'], generation: 0 });
    const told = await until('the replica to tell of it', () => onReplica(apps, replica, 'click-fm@2'));
    expect(['loading', 'loaded']).toContain(told.state);
    await whenServed(apps, 'click-fm@2', 'click-lr@1');
    const { loaded } = (await apps.state()).models;
    expect(loaded.every(({ loadMs, since }) => loadMs > 0 && Date.parse(since) <= Date.now())).toBe(true);
    const listed = await until('the list to show it loaded', async () => {
      const found = (await apps.admin.models()).find(({ version }) => version === '2');
      return found?.replicas[0]?.state === 'loaded' && found;
    });
    expect(listed.replicas).toMatchObject([{ replica, state: 'loaded', generation: 0 }]);

    expect(await apps.admin.requestModel('unload', 'click-fm', '2')).toMatchObject({ wanted: false });
    await whenServed(apps, 'click-lr@1');
    await until('nobody to have it', async () => (await onReplica(apps, replica, 'click-fm@2')) === undefined);
  });

  it.each([
    ['name', { name: 'click@fm' }],
    ['name', { name: '../click' }],
    ['version', { version: '1/2' }],
    ['name', { name: 'adlift' }],
  ] as const)('registers no %s such as %p', async (field, changes) => {
    const refused = await call(apps, 'POST', '/v1/models', renamed(FM, changes).manifest);
    expect(refused).toMatchObject({ status: 400, body: { code: 'invalid_argument', field: `manifest.${field}` } });
  });

  it('unloads against the policy, and takes no part in what it does not serve', async () => {
    await apps.admin.setModelPolicy('click-fm', { latest: { versions: 2 } });
    await apps.admin.requestModel('unload', 'click-fm', '1');
    expect(await wanted(apps)).toEqual(['click-lr@1']);
    await apps.admin.requestModel('load', 'click-fm', '2');
    expect(await wanted(apps)).toEqual(['click-fm@2', 'click-lr@1']);
    const refused = await call(apps, 'POST', '/v1/models/click-fm/versions/1/reload');
    expect(refused).toMatchObject({ status: 409, body: { code: 'failed_precondition' } });
    expect(JSON.stringify(refused.body)).toContain('unloaded by hand');
  });

  it('refuses to unload a champion and the arm of a running experiment, naming what uses it', async () => {
    const champion = await call(apps, 'POST', '/v1/models/click-lr/versions/1/unload');
    expect(champion).toMatchObject({ status: 409, body: { code: 'failed_precondition' } });
    expect(JSON.stringify(champion.body)).toContain('cannot be unloaded: champion;');

    await apps.admin.createExperiment(experimentBody(KEY, { rollout: 1 }));
    await expect(apps.admin.startExperiment(KEY)).rejects.toThrow('unloaded by hand; ask for it first');
    await apps.admin.requestModel('load', 'click-fm', '1');
    await apps.admin.startExperiment(KEY);
    await expect(apps.admin.requestModel('unload', 'click-fm', '1')).rejects.toThrow(`experiment ${KEY} is running`);
    await apps.admin.stopExperiment(KEY);
    await apps.admin.requestModel('unload', 'click-fm', '1');
    await apps.admin.requestModel('unload', 'click-fm', '2');
    await whenServed(apps, 'click-lr@1');
  });

  it('keeps the old version when a load fails, says why, and loads after a repair as soon as it is asked to', async () => {
    await flipBit(apps, FM);
    await apps.admin.requestModel('load', 'click-fm', '1');
    await apps.admin.labelModel('click-fm', '1', 'champion');
    const failed = await until('the load to fail', async () => (await apps.state()).models.failed[0]);
    expect(failed).toMatchObject({ reference: 'click-fm@1', digest: FM.digest, attempts: 1, generation: 0 });
    expect(Date.parse(failed.retryAt)).toBeGreaterThan(Date.parse(failed.since));
    const told = await until('the replica to tell of it', () => onReplica(apps, replica, 'click-fm@1'));
    expect(told).toMatchObject({ state: 'failed', reason: failed.reason });
    expect(told.reason).toMatch(/^model\.onnx: expected sha256 /);
    expect(await apps.ordinary.predict(predictCall())).toMatchObject({ fallback: false, model: 'click-lr' });

    await flipBit(apps, FM);
    await apps.admin.requestModel('reload', 'click-fm', '1');
    await until('the new champion to serve', async () => {
      const { model, fallback } = await apps.ordinary.predict(predictCall());
      return model === 'click-fm' && !fallback;
    });
    expect((await apps.state()).models.failed).toEqual([]);
  });

  it('keeps the champion before as the previous one, unless that is unloaded by hand', async () => {
    await whenServed(apps, 'click-fm@1');
    expect(models.previous('ctr')?.reference).toBe('click-lr@1');
    expect(models.previous('cvr')).toBeUndefined();
    await apps.admin.labelModel('click-lr', '1', 'champion');
    await whenServed(apps, 'click-fm@1', 'click-lr@1');
    expect(models.previous('ctr')?.reference).toBe('click-fm@1');
    await apps.admin.requestModel('unload', 'click-fm', '1');
    await until('the previous champion to go', () => models.previous('ctr') === undefined);
    expect(await served(apps)).toEqual(['click-lr@1']);
  });

  it('reloads a model while it serves', async () => {
    const before = (await apps.state()).models.loaded[0];
    await apps.admin.requestModel('reload', 'click-lr', '1');
    const reloaded = await until('the model to be loaded anew', async () => {
      const [model] = (await apps.state()).models.loaded;
      return model?.generation === 1 && model;
    });
    expect(Date.parse(reloaded.since)).toBeGreaterThan(Date.parse(before?.since ?? ''));
    await apps.post('/v1/faults/kill-scoring-worker', {}, { authorization: `Bearer ${KEYS.player}` });
    await until('the threads of the new load to be replaced', async () => (await apps.state()).scoring.ready);
    expect(await apps.ordinary.predict(predictCall())).toMatchObject({ fallback: false, model: 'click-lr' });
  });

  it('pulls a file again that was damaged on its disk', async () => {
    const { manifest, digest } = apps.champion.bundle;
    const { ADLIFT_HOME } = apps.predictor.get<PredictorEnvironment>(PREDICTOR_CONFIG);
    const sha256 = manifest.files[manifest.modelFile]?.sha256 ?? '';
    const file = bundleFile(bundleFolder(join(ADLIFT_HOME, 'bundles'), digest), sha256);
    const whole = readFileSync(file);
    writeFileSync(
      file,
      whole.map((byte, at) => (at === 99 ? byte ^ 1 : byte)),
    );
    await apps.admin.requestModel('reload', 'click-lr', '1');
    await until('the model to be loaded anew', async () => {
      const { loaded, failed } = (await apps.state()).models;
      expect(failed).toEqual([]);
      return loaded[0]?.generation === 2;
    });
    expect(readFileSync(file)).toEqual(whole);
  });

  it('keeps a model that cannot be reloaded, and says why', async () => {
    const { bundle } = apps.champion;
    const { ADLIFT_HOME } = apps.predictor.get<PredictorEnvironment>(PREDICTOR_CONFIG);
    const folder = bundleFolder(join(ADLIFT_HOME, 'bundles'), bundle.digest);
    rmSync(bundleFile(folder, bundle.manifest.files[bundle.manifest.modelFile]?.sha256 ?? ''));
    await flipBit(apps, bundle);
    await apps.admin.requestModel('reload', 'click-lr', '1');
    const told = await until('the reload to fail', async () => {
      const model = await onReplica(apps, replica, 'click-lr@1');
      return model?.reason !== undefined && model;
    });
    expect(told).toMatchObject({
      state: 'loaded',
      generation: 2,
      reason: expect.stringContaining('sha256') as unknown,
    });
    expect(await apps.ordinary.predict(predictCall())).toMatchObject({ fallback: false, model: 'click-lr' });
    const index = await apps.post('/v2/repository/index', {});
    expect(index.body).toMatchObject([{ name: 'adlift' }, { name: 'click-lr', state: 'READY' }]);

    await flipBit(apps, bundle);
    await apps.admin.requestModel('reload', 'click-lr', '1');
    await until('the reload to succeed', async () => {
      const { loaded, failed } = (await apps.state()).models;
      return loaded[0]?.generation === 4 && failed.length === 0;
    });
  });
});
