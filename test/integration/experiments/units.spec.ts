import { proto } from '@adlift/wire';
import { predictCall } from '../predictor/predict-call';
import { rows } from '../setup/rows';
import { TestApps } from '../setup/test-apps';
import { until } from '../setup/until';
import { experimentBody, publishTreatment, startExperiment } from './test-experiment';

const { IMPRESSION } = proto.v1.EventKind;
const ALL = 60;

describe('what an experiment randomises', () => {
  let apps: TestApps;

  beforeAll(async () => {
    apps = await TestApps.start({ ownsFlags: true });
    await publishTreatment(apps);
  }, 180_000);
  afterEach(async () => {
    for (const { key, state } of await apps.admin.experiments())
      if (state === 'running') await apps.admin.stopExperiment(key);
  });
  afterAll(() => apps.stop());

  /** Predicts, and reports an impression; where the request was put. */
  async function shown(call: proto.v1.IPredictRequest): Promise<proto.v1.IAssignment> {
    const { assignments, tokens } = await apps.ordinary.predict(predictCall(call));
    await apps.ordinary.recordEvents([{ kind: IMPRESSION, token: tokens[0]?.token ?? '' }]);
    return assignments[0] ?? {};
  }

  /** Exposed units of the experiment with their arms, once all impressions are kept. */
  async function units(key: string, impressions: number): Promise<Map<string, string>> {
    await until(
      'all impressions to be kept',
      async () => (await apps.admin.report(key)).traffic.impressions === impressions,
    );
    const found = await rows<{ unit: string; variant: string }>(
      apps.database.url,
      'SELECT unit, variant FROM unit_agg WHERE experiment = $1 AND exposures = 1 AND impressions > 0',
      [key],
    );
    return new Map(found.map(({ unit, variant }) => [unit, variant]));
  }

  it('is the session: its arm stays, a user may have another in the next one, and it is what is counted', async () => {
    const key = 'by-session';
    await startExperiment(apps, key, { unit: 'session' });
    const arms = new Map<string, string>();
    for (let i = 0; i < ALL; i++) {
      const sessionId = `session-${i % (ALL / 2)}`;
      const { assigned, reason } = await shown({ unitId: 'one-user', sessionId });
      expect(reason).toBe('split');
      expect(arms.get(sessionId) ?? assigned).toBe(assigned);
      arms.set(sessionId, assigned ?? '');
      const { variant } = await apps.admin.explainAssignment(key, sessionId);
      expect(variant).toBe(assigned);
    }
    expect(new Set(arms.values())).toEqual(new Set(['control', 'treatment']));
    expect(await units(key, ALL)).toEqual(arms);
    expect((await apps.admin.report(key)).traffic.exposedUnits).toBe(ALL / 2);
    expect(await shown({ unitId: 'one-user' })).toMatchObject({ reason: 'no_unit', assigned: '' });
    const limited = proto.v1.Privacy.LIMITED;
    expect(await shown({ sessionId: 'session-1', privacy: limited })).toMatchObject({ reason: 'no_unit' });
  });

  it('is each request by itself', async () => {
    const key = 'by-request';
    await startExperiment(apps, key, { unit: 'request' });
    const arms = new Map<string, string>();
    for (let i = 0; i < ALL; i++) {
      const requestId = `by-request-${i}`;
      const { assigned } = await shown({ unitId: 'one-user', requestId });
      arms.set(requestId, assigned ?? '');
    }
    expect(new Set(arms.values())).toEqual(new Set(['control', 'treatment']));
    expect(await units(key, ALL)).toEqual(arms);
  });

  it('is the same for all experiments of a layer', async () => {
    const half = (from: number, to: number): { name: string; slots: { from: number; to: number }[] } => ({
      name: 'units',
      slots: [{ from, to }],
    });
    await startExperiment(apps, 'layer-by-user', { layer: half(1, 50) });
    await apps.admin.createExperiment(experimentBody('layer-by-session', { unit: 'session', layer: half(51, 100) }));
    await expect(apps.admin.startExperiment('layer-by-session')).rejects.toMatchObject({
      ...{ status: 409, field: 'design.layer' },
      detail: expect.stringContaining('layer "units" by user, not by session') as string,
    });
  });

  it('is not asked whether it is held out where it is no user', async () => {
    const key = 'by-session-too';
    await startExperiment(apps, key, { unit: 'session' });
    await apps.admin.setHoldout(50, 'a test');
    try {
      expect((await apps.admin.explainAssignment(key, 'session-1')).holdout).toBeNull();
    } finally {
      await apps.admin.setHoldout(0, 'the test is over');
    }
  });
});
