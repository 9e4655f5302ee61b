import { AdminApi } from '@adlift/client';
import { freePorts } from '../../../tools/stack/free-ports';
import { bundleModel } from '../../../libs/scoring/src/model-bundle.fixture';
import { FlagsLock } from '../setup/flags-lock';
import { createTestDatabase, type TestDatabase } from '../setup/test-database';
import { testServers } from '../setup/test-servers';
import { UnleashByHand } from '../setup/unleash-api';
import { UnleashGate, type Break } from '../setup/unleash-gate';
import { until } from '../setup/until';
import { ExperimentsProcess } from './experiments-process';
import { experimentBody } from './test-experiment';

const ENVIRONMENT = 'development';

describe('an experiments app that is killed while it makes a flag', () => {
  let gate: UnleashGate;
  let flags: FlagsLock;
  let database: TestDatabase;
  let app: ExperimentsProcess;
  let admin: AdminApi;

  async function boot(): Promise<void> {
    const [port = 0] = await freePorts(1);
    app = await ExperimentsProcess.start(port, {
      DATABASE_URL: database.url,
      ADLIFT_OPEN_ACCESS: 'true',
      ADLIFT_LOG_LEVEL: 'error',
      OTEL_SDK_DISABLED: 'true',
      UNLEASH_URL: gate.url,
      UNLEASH_ADMIN_TOKEN: testServers().unleashAdminToken,
      UNLEASH_ENVIRONMENT: ENVIRONMENT,
    });
    admin = new AdminApi(app.url);
  }

  beforeAll(async () => {
    flags = await FlagsLock.take(ENVIRONMENT);
    gate = await UnleashGate.open();
    database = await createTestDatabase();
    await boot();
    await admin.publishModel(bundleModel('lr', 7).bundle);
    await admin.publishModel(bundleModel('fm', 11).bundle);
  }, 180_000);
  afterAll(async () => {
    await app.kill();
    await gate.close();
    await database.drop();
    await flags.release();
  });

  it.each<[number, Break]>([
    [1, 'after'],
    [2, 'before'],
    [2, 'after'],
    [3, 'after'],
  ])(
    'leaves no half-made flag on at change %i, %s it is done, and completes it when it starts again',
    async (call, where) => {
      const key = `killed-${call}-${where}`;
      const byHand = new UnleashByHand(key, ENVIRONMENT);
      await admin.createExperiment(experimentBody(key));
      const broken = gate.breakAt(call, where);
      const answered = admin.startExperiment(key, { force: true }).then(
        () => true,
        () => false,
      );
      await broken;
      await app.kill();
      expect(await answered).toBe(false);
      const left = await byHand.read();
      if (left?.enabled === true) expect(left.strategies).toMatchObject([{ variants: [{}, {}] }]);
      else expect(call === 3 && where === 'after').toBe(false);

      gate.mend();
      await boot();
      const view = await until('the flag to be made', async () => {
        const one = await admin.experiment(key);
        return one.flag?.state === 'applied' && one;
      });
      expect(view).toMatchObject({ state: 'running', phase: 1 });
      expect(await byHand.read()).toMatchObject({
        enabled: true,
        strategies: [{ name: 'flexibleRollout', variants: [{ name: 'control' }, { name: 'treatment' }] }],
      });
      await admin.stepExperiment(key, 'abort');
      expect(await byHand.read()).toMatchObject({ enabled: false });
    },
    60_000,
  );
});
