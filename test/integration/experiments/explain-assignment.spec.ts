import { explainSplit } from '@adlift/assignment';
import { FlagSource } from '../../../apps/predictor/src/routing/flag-source';
import { REFRESH_MS, TestApps } from '../setup/test-apps';
import { UnleashByHand } from '../setup/unleash-api';
import { until } from '../setup/until';
import { publishTreatment, startExperiment } from './test-experiment';

const UNITS = 5000;
const ENVIRONMENT = 'development';

/** Plain, beyond ASCII, beyond the basic plane, empty-looking and long ids. */
const unit = (i: number): string => ['user-', 'Ünïté-', '用户-', '😀', '  ', 'x'.repeat(90)][i % 6] + String(i);

describe('explaining an assignment', () => {
  let apps: TestApps;
  let source: FlagSource;

  beforeAll(async () => {
    apps = await TestApps.start({
      ownsFlags: true,
      environment: ENVIRONMENT,
      experiments: { FLAG_RECONCILE_MS: String(REFRESH_MS) },
    });
    source = apps.predictor.get(FlagSource);
    await publishTreatment(apps);
  }, 180_000);
  afterAll(() => apps.stop());

  it.each([
    ['explain-all', [50, 50], 100],
    ['explain-some', [33.3, 66.7], 37],
    ['explain-few', [99.9, 0.1], 1],
  ] as const)('gives for thousands of units what the SDK gives: %s', async (key, weights, rollout) => {
    await startExperiment(apps, key, { weights, rollout });
    const [strategy] = await new UnleashByHand(key, ENVIRONMENT).strategies();
    const rule = { groupId: key, rollout, variants: strategy?.variants ?? [] };
    for (let i = 0; i < UNITS; i++) {
      const { enabled, name } = source.evaluate(key, unit(i), {});
      expect([unit(i), explainSplit(rule, unit(i)).variant]).toEqual([unit(i), enabled ? name : undefined]);
    }
    for (let i = 0; i < 30; i++) {
      const explained = await apps.admin.explainAssignment(key, unit(i));
      const { enabled, name } = source.evaluate(key, unit(i), {});
      expect(explained).toMatchObject({
        ...{ experiment: key, unitId: unit(i), phase: 1, applied: true, enabled: true },
        strategy: { hashInput: `${key}:${unit(i)}`, seed: 0, rollout },
        variants: { seed: 86_028_157 },
        variant: enabled ? name : null,
      });
      expect(explained.strategy.inRollout).toBe(explained.strategy.bucket <= rollout);
    }
    await apps.admin.stopExperiment(key);
  });

  it('says when Unleash may answer otherwise, and nothing of a flag that is off', async () => {
    const key = 'explain-drift';
    await startExperiment(apps, key);
    expect(await apps.admin.explainAssignment(key, 'u')).toMatchObject({ applied: true, enabled: true });
    await new UnleashByHand(key, ENVIRONMENT).setRollout(3);
    await until('the drift', async () => !(await apps.admin.explainAssignment(key, 'u')).applied);
    await apps.admin.stepExperiment(key, 'pause');
    expect(await apps.admin.explainAssignment(key, 'u')).toMatchObject({ enabled: false, variant: null });
  });

  it.each<[string, object, number, string]>([
    ['an unknown experiment', { experiment: 'nobody', unitId: 'u' }, 404, 'key'],
    ['no unit', { experiment: 'x', unitId: '' }, 400, 'unitId'],
    ['a unit that is too long', { experiment: 'x', unitId: 'x'.repeat(129) }, 400, 'unitId'],
    ['no body', {}, 400, 'experiment'],
    ['more', { experiment: 'x', unitId: 'u', at: 1 }, 400, ''],
  ])('refuses %s', async (_what, body, status, field) => {
    const answer = await fetch(`${apps.experimentsUrl}/v1/assignments/explain`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(answer.status).toBe(status);
    expect(((await answer.json()) as { field?: string }).field ?? '').toBe(field);
  });

  it('refuses an experiment that has no flag yet', async () => {
    const variants = [
      { name: 'a', weight: 50, control: true, ctr: 'click-lr@1' },
      { name: 'b', weight: 50, ctr: 'click-lr@1' },
    ];
    await apps.admin.createExperiment({ key: 'explain-draft', design: { plannedUnits: 100, variants } });
    await expect(apps.admin.explainAssignment('explain-draft', 'u')).rejects.toMatchObject({
      code: 'failed_precondition',
    });
  });
});
