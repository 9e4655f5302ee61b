import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { bundleFile, bundleFolder } from '@adlift/scoring';
import { Heartbeat } from '../../../apps/predictor/src/replica/heartbeat';
import { bundleModel } from '../../../libs/scoring/src/model-bundle.fixture';
import { startPredictor } from '../catalogue/second-predictor';
import { experimentBody } from '../experiments/test-experiment';
import { CuttableProxy } from '../setup/cuttable-proxy';
import { TestApps } from '../setup/test-apps';
import { until } from '../setup/until';
import { call, onReplica } from './registry-calls';

const FM = bundleModel('fm', 11).bundle;
const LIFETIME_MS = 2500;
const WAIT_MS = 4000;

describe('the start of an experiment and the replicas', () => {
  let apps: TestApps;
  let second: { app: NestFastifyApplication; url: string };
  let secondId: string;
  /** The second replica's ways to the database and to the experiments app. */
  let database: CuttableProxy;
  let experiments: CuttableProxy;
  const home = mkdtempSync(join(tmpdir(), 'adlift-second-'));
  const obstacle = bundleFile(
    bundleFolder(join(home, 'bundles'), FM.digest),
    FM.manifest.files[FM.manifest.modelFile]?.sha256 ?? '',
  );

  beforeAll(async () => {
    apps = await TestApps.start({
      ownsFlags: true,
      environment: 'production',
      predictor: { HEARTBEAT_MS: '100' },
      experiments: { REPLICA_LIFETIME_MS: String(LIFETIME_MS), START_WAIT_MS: String(WAIT_MS) },
    });
    database = await CuttableProxy.to(apps.database.url);
    experiments = await CuttableProxy.to(apps.experimentsUrl);
    const url = experiments.url.replace(/\/$/, '');
    second = await startPredictor(apps, home, database.url, { HEARTBEAT_MS: '100', EXPERIMENTS_URL: url });
    secondId = second.app.get(Heartbeat).id;
    await until('both replicas to have the champion', async () => {
      const replicas = await apps.admin.replicas();
      return replicas.filter(({ models }) => models.some(({ state }) => state === 'loaded')).length === 2;
    });
  }, 180_000);
  afterAll(async () => {
    await second.app.close();
    await database.cut();
    await experiments.cut();
    await apps.stop();
    rmSync(home, { recursive: true, force: true });
  });

  const start = (key: string, query = ''): ReturnType<typeof call> =>
    call(apps, 'POST', `/v1/experiments/${key}/start${query}`);
  const liveCount = async (): Promise<number> => (await apps.admin.replicas()).filter(({ live }) => live).length;

  async function draft(key: string, rollout = 1): Promise<void> {
    await apps.admin.createExperiment(experimentBody(key, { rollout }));
  }

  it('refuses while one replica cannot load an arm, naming both and why, and starts once it has', async () => {
    mkdirSync(obstacle, { recursive: true });
    await apps.admin.publishModel(FM);
    await draft('z-ready-1');
    const refused = await start('z-ready-1');
    expect(refused).toMatchObject({
      status: 409,
      body: {
        code: 'failed_precondition',
        lacking: [{ replica: secondId, model: 'click-fm@1', state: 'failed' }],
      },
    });
    expect(JSON.stringify(refused.body)).toMatch(
      new RegExp(`replica ${secondId} .* has not loaded click-fm@1: .*EISDIR`),
    );
    expect((await apps.admin.experiments()).map(({ state }) => state)).toEqual(['draft']);
    const [fm] = (await apps.admin.models()).filter(({ name }) => name === 'click-fm');
    expect(fm).toMatchObject({ wanted: true, reasons: ['experiment z-ready-1 is a draft'] });
    expect(fm?.replicas.map(({ state }) => state).sort()).toEqual(['failed', 'loaded']);

    rmSync(obstacle, { recursive: true });
    await apps.admin.requestModel('reload', 'click-fm', '1');
    expect(await start('z-ready-1')).toMatchObject({ status: 200, body: { state: 'running' } });
    await apps.admin.stopExperiment('z-ready-1');
  });

  it('waits for a replica that has not heard of an arm, and forgets it once it is dead', async () => {
    await until('both to let go of the arm', async () => {
      const known = await Promise.all((await apps.admin.replicas()).map(({ id }) => onReplica(apps, id, 'click-fm@1')));
      return known.every((model) => model === undefined);
    });
    await experiments.cut();
    await draft('z-ready-2');
    expect(await start('z-ready-2')).toMatchObject({
      status: 409,
      body: { lacking: [{ replica: secondId, model: 'click-fm@1', state: 'unknown' }] },
    });
    await database.cut();
    await until('the second replica to be dead', async () => (await liveCount()) === 1);
    expect((await apps.admin.replicas()).map(({ id, live }) => [id === secondId, live])).toEqual([
      [false, true],
      [true, false],
    ]);
    expect((await fetch(`${second.url}/readyz`)).status).toBe(200);
    expect(await start('z-ready-2')).toMatchObject({ status: 200 });
    await apps.admin.stopExperiment('z-ready-2');

    await database.mend();
    await experiments.mend();
    await until('it to be live again', async () => (await liveCount()) === 2);
  });

  it('refuses when nobody is live, unless it is forced', async () => {
    await apps.way.cut();
    await database.cut();
    await until('both to be dead', async () => (await liveCount()) === 0);
    await draft('z-ready-3');
    const refused = await start('z-ready-3');
    expect(refused).toMatchObject({ status: 409, body: { code: 'failed_precondition' } });
    expect(JSON.stringify(refused.body)).toContain('no predictor is live');
    expect(await start('z-ready-3', '?force=yes')).toMatchObject({ status: 400, body: { field: 'force' } });
    expect(await start('z-ready-3', '?force=true')).toMatchObject({ status: 200 });
    await apps.admin.stopExperiment('z-ready-3');
    await apps.way.mend();
    await database.mend();
    await until('both to be live again', async () => (await liveCount()) === 2);
  });

  it('holds for a larger share too, and for a smaller one never', async () => {
    await draft('z-ready-4', 2);
    await until('every live replica to have the arm', async () => (await start('z-ready-4')).status === 200);
    const home4 = mkdtempSync(join(home, 'fourth-'));
    const { manifest, digest } = FM;
    const sha256 = manifest.files[manifest.modelFile]?.sha256 ?? '';
    const hole = bundleFile(bundleFolder(join(home4, 'bundles'), digest), sha256);
    mkdirSync(hole, { recursive: true });
    const fourth = await startPredictor(apps, home4, apps.database.url, { HEARTBEAT_MS: '100' });
    const { id } = fourth.app.get(Heartbeat);
    await until('it to fail', async () => (await onReplica(apps, id, 'click-fm@1'))?.state === 'failed');
    const ramp = (rollout: number) => call(apps, 'POST', '/v1/experiments/z-ready-4/ramp', { rollout });
    const lacking = [{ replica: id, model: 'click-fm@1', state: 'failed' }];
    expect(await ramp(3)).toMatchObject({ status: 409, body: { code: 'failed_precondition', lacking } });
    expect(await ramp(1)).toMatchObject({ status: 200, body: { rollout: 1 } });
    rmSync(hole, { recursive: true });
    await apps.admin.requestModel('reload', 'click-fm', '1');
    expect(await ramp(3)).toMatchObject({ status: 200, body: { rollout: 3 } });
    await apps.admin.stopExperiment('z-ready-4');
    await fourth.app.close();
  });

  it('counts a replica no more as soon as it has ended in order', async () => {
    const third = await startPredictor(apps, mkdtempSync(join(home, 'third-')), apps.database.url);
    await until('the third replica', async () => (await liveCount()) === 3);
    await third.app.close();
    expect((await apps.admin.replicas()).length).toBe(2);
  });
});
