import type { MetricView, NewMetric, Report } from '@adlift/client';
import { proto } from '@adlift/wire';
import { experimentBody, publishTreatment, startExperiment } from '../experiments/test-experiment';
import { predictCall } from '../predictor/predict-call';
import { rows } from '../setup/rows';
import { TestApps } from '../setup/test-apps';
import { until } from '../setup/until';

const { IMPRESSION, CLICK, CONVERSION, HIDE } = proto.v1.EventKind;
const KEY = 'measured';
const UNITS = 40;
const CLICK_MICROS = 1000;
const HIDES_PER_MILLE: NewMetric = {
  name: 'hidesPerMille',
  numerator: 'hides',
  denominator: 'impressions',
  per: 1000,
  direction: 'down',
  description: 'Hidden ads per thousand impressions',
};

describe('metrics', () => {
  let apps: TestApps;
  let first: MetricView;

  beforeAll(async () => {
    apps = await TestApps.start({ ownsFlags: true });
    await publishTreatment(apps);
    first = await apps.admin.defineMetric(HIDES_PER_MILLE);
  }, 120_000);
  afterAll(() => apps.stop());

  const body = (key: string, changes: object): object => {
    const { design } = experimentBody(key);
    return { key, design: { ...design, ...changes } };
  };

  it('are listed with what they are made of, the built-in ones and those that were defined', async () => {
    expect(first).toEqual({ ...HIDES_PER_MILLE, version: 1, kind: 'ratio', scale: 1000, unit: 'count' });
    const metrics = await apps.admin.metrics();
    expect(metrics.length).toBeGreaterThan(20);
    expect(metrics).toContainEqual(first);
    expect(metrics.find(({ name }) => name === 'rpm')).toEqual({
      ...{ name: 'rpm', version: 1, kind: 'ratio', numerator: 'capped_micros', denominator: 'impressions', per: 1000 },
      ...{ scale: 1e-3, unit: 'money', direction: 'up', description: 'Revenue per thousand impressions, capped' },
    });
  });

  it('get a further version when they are defined again, and no version changes', async () => {
    const second = await apps.admin.defineMetric({ ...HIDES_PER_MILLE, per: 1, description: 'Hidden ads' });
    expect(second).toMatchObject({ version: 2, per: 1 });
    expect(await apps.admin.metrics()).toEqual(expect.arrayContaining([first, second]));
    await expect(rows(apps.database.url, 'UPDATE metric_definition SET per = 1')).rejects.toMatchObject({
      code: '42501',
    });
    const { entries } = await apps.admin.audit({ subject: 'metric:hidesPerMille@2' });
    expect(entries).toMatchObject([{ action: 'metric.define', after: { name: 'hidesPerMille', version: 2 } }]);
    await expect(apps.admin.defineMetric({ ...HIDES_PER_MILLE, name: 'ctr' })).rejects.toMatchObject({
      ...{ status: 409, code: 'already_exists', field: 'name' },
    });
  });

  it('get versions of their own when several define the same name at once', async () => {
    const twin = { ...HIDES_PER_MILLE, name: 'twin' };
    const made = await Promise.all(Array.from({ length: 5 }, () => apps.admin.defineMetric(twin)));
    expect(made.map(({ version }) => version).sort()).toEqual([1, 2, 3, 4, 5]);
  });

  it('are frozen by name and version in a design, the newest where it names none', async () => {
    const named = {
      goals: ['hidesPerMille'],
      secondaries: ['unitsClicking'],
      guardrails: [{ metric: 'ctr', margin: 0.5 }],
    };
    const { design } = await apps.admin.createExperiment(body('frozen', { metrics: named }));
    expect(design).toMatchObject({
      goal: 'rpm@1',
      metrics: {
        goals: ['hidesPerMille@2'],
        secondaries: ['unitsClicking@1'],
        guardrails: [{ metric: 'ctr@1', margin: 0.5 }],
      },
    });
    const edited = await apps.admin.editExperiment('frozen', {
      design: { ...experimentBody('frozen').design, goal: 'hidesPerMille@1' },
    });
    expect(edited.design).toMatchObject({ goal: 'hidesPerMille@1' });
    const copy = await apps.admin.cloneExperiment('frozen', 'frozen-copy');
    expect(copy.design).toEqual(edited.design);
  });

  it.each<[string, object, string]>([
    ['goal', { goal: 'happiness' }, 'design.goal'],
    ['version', { goal: 'rpm@2' }, 'design.goal'],
    ['further goal', { metrics: { goals: ['ctr', 'luck'] } }, 'design.metrics.goals[1]'],
    ['secondary', { metrics: { secondaries: ['luck'] } }, 'design.metrics.secondaries[0]'],
    [
      'guardrail',
      { metrics: { guardrails: [{ metric: 'luck', margin: 0.1 }] } },
      'design.metrics.guardrails[0].metric',
    ],
  ])('refuse a %s that there is not', async (_, changes, field) => {
    const refused = { status: 400, code: 'invalid_argument', field };
    await expect(apps.admin.createExperiment(body('unknown', changes))).rejects.toMatchObject(refused);
    await expect(
      apps.admin.editExperiment('frozen', { design: (body('', changes) as { design: object }).design }),
    ).rejects.toMatchObject(refused);
  });

  it('come out of what was reported: the classic ones, those of the design, or all', async () => {
    await startExperiment(apps, KEY, { metrics: { secondaries: ['hidesPerMille@1'] } });
    const tokens: string[] = [];
    for (let i = 0; i < UNITS; i++) {
      const { tokens: minted } = await apps.ordinary.predict(predictCall({ unitId: `unit-${i}` }));
      tokens.push(minted[0]?.token ?? '');
    }
    await apps.player.recordEvents(
      tokens.flatMap((token, i) => [
        { kind: IMPRESSION, token },
        ...(i % 2 === 0 ? [{ kind: CLICK, token, chargedMicros: CLICK_MICROS, currency: 'EUR' }] : []),
        ...(i % 4 === 0
          ? [
              {
                kind: CONVERSION,
                token,
                conversionId: `c${i}`,
                conversionKind: 'sale',
                valueMicros: 1,
                currency: 'EUR',
              },
            ]
          : []),
        ...(i % 8 === 0 ? [{ kind: HIDE, token }] : []),
      ]),
    );
    let all: Report | undefined;
    await until('all to be folded', async () => {
      all = await apps.admin.report(KEY, 'all');
      const { impressions, conversions } = all.traffic;
      return impressions === UNITS && conversions === UNITS / 4 && all.folding.pendingDeltas === 0;
    });
    const total = (name: string, of: (metric: Report['metrics'][number]['arms'][number]) => number): number =>
      (all?.metrics.find(({ metric }) => metric === name)?.arms ?? []).reduce((sum, arm) => sum + of(arm), 0);
    const units = total('ctr', (arm) => arm.units);
    const shareOfAll = (name: string): number => total(name, ({ units: n, value }) => (n * (value ?? NaN)) / units);
    expect(units).toBe(UNITS);
    expect(shareOfAll('impressionsPerUnit')).toBeCloseTo(1, 12);
    expect(shareOfAll('unitsClicking')).toBeCloseTo(1 / 2, 12);
    expect(shareOfAll('unitsConverting')).toBeCloseTo(1 / 4, 12);
    expect(shareOfAll('hidesPerUnit')).toBeCloseTo(1 / 8, 12);
    expect(shareOfAll('hideRate')).toBeCloseTo(1 / 8, 12);
    // The version that the design names, not the newest.
    expect(shareOfAll('hidesPerMille')).toBeCloseTo(1000 / 8, 9);
    expect(shareOfAll('revenuePerUnitUncapped')).toBeCloseTo(CLICK_MICROS / 2e6, 12);
    expect(total('revenuePerClick', ({ value }) => value ?? NaN)).toBeCloseTo((2 * CLICK_MICROS) / 1e6, 12);
    expect(all?.metrics.length).toBeGreaterThan(20);
    const shown = await apps.admin.report(KEY);
    expect(shown.metrics.map(({ metric }) => metric)).toEqual([
      ...['ctr', 'conversionRate', 'rpm', 'revenuePerUnit', 'hidesPerMille'],
    ]);
    expect(shown.families.secondaries).toMatchObject([{ metric: 'hidesPerMille' }]);
    expect(all?.metrics).toEqual(expect.arrayContaining([...shown.metrics]));
  });

  it('are snapshot with their definitions', async () => {
    const post = await fetch(`${apps.experimentsUrl}/v1/experiments/${KEY}/snapshots`, { method: 'POST' });
    const { id, inputs } = (await post.json()) as { id: string; inputs: { metrics: MetricView[] } };
    expect(inputs.metrics.at(-1)).toMatchObject({ name: 'hidesPerMille', version: 1, per: 1000 });
    const again = await fetch(`${apps.experimentsUrl}/v1/experiments/${KEY}/snapshots/${id}/recomputed`);
    expect(await again.json()).toMatchObject({ same: true });
  });

  it('refuses to show a set of metrics that there is not', async () => {
    const answer = await fetch(`${apps.experimentsUrl}/v1/experiments/${KEY}/report?metrics=some`);
    expect([answer.status, await answer.json()]).toMatchObject([400, { field: 'metrics' }]);
  });
});
