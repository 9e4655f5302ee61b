import { printed } from '../setup/printed';
import { rows } from '../setup/rows';
import { TestApps } from '../setup/test-apps';

const UNITS = 1500;
const TOO_FEW = 90;

describe('planning', () => {
  let apps: TestApps;
  beforeAll(async () => {
    apps = await TestApps.start();
  }, 60_000);
  afterAll(() => apps.stop());

  /** Units that came over the last ten days, some of them often. */
  async function addUnits(from: number, to: number): Promise<void> {
    await rows(
      apps.database.url,
      `INSERT INTO unit_day (unit, day, impressions, clicks, conversions, charged_micros)
       SELECT 'unit-' || u, current_date - (u % 10 + 1) % 10 - d, 5 + u % 7, u % 3, (u % 12 = 0)::int, 100000 * (u % 3)
       FROM generate_series($1::int, $2::int - 1) AS u CROSS JOIN generate_series(0, 1) AS d WHERE d = 0 OR u % 4 = 0`,
      [from, to],
    );
  }

  it('says what is missing while hardly anybody came', async () => {
    await addUnits(0, TOO_FEW);
    const refused = { status: 409, detail: '90 units saw an impression in the last 14 days; planning needs 100' };
    await expect(apps.admin.planPower({})).rejects.toMatchObject({ detail: refused.detail });
    await expect(apps.admin.replayAa({})).rejects.toMatchObject({ detail: refused.detail });
    await addUnits(TOO_FEW, UNITS);
  });

  it('counts units once, however often they came, and says how long a lift takes', async () => {
    const plan = await apps.admin.planPower({ goal: 'ctr', effect: 0.05, plannedUnits: 10_000 });
    const [facts] = await rows<{ units: number; ctr: number }>(
      apps.database.url,
      'SELECT count(DISTINCT unit)::int AS units, (sum(clicks) / sum(impressions))::float8 AS ctr FROM unit_day',
    );
    expect(plan.history).toEqual({ days: 14, units: facts?.units });
    expect(plan.baseline.value).toBeCloseTo(facts?.ctr ?? NaN, 12);
    expect(plan.durations.map(({ days }) => days)).toEqual([7, 14, 28, 56]);
    expect(plan.forEffect?.units).toBeGreaterThan(1000);
    expect(plan.forUnits?.days).toBeGreaterThan(14);
    const week = await apps.admin.planPower({ goal: 'ctr', days: 3 });
    expect(week.history.units).toBeLessThan(plan.history.units);
  });

  it('replays the traffic as A/A, the same for the same seed', async () => {
    const report = await apps.admin.replayAa({ replays: 200, seed: 7 });
    expect(report.metrics.map(({ metric }) => metric)).toEqual(['ctr', 'conversionRate', 'rpm', 'revenuePerUnit']);
    for (const { inferred, fixed, sequential, ok } of report.metrics) {
      expect(inferred).toBe(200);
      expect(ok).toBe(true);
      expect(fixed?.rate).toBeLessThan(0.12);
      expect(sequential?.rate).toBeLessThanOrEqual(fixed?.rate ?? NaN);
    }
    expect(await apps.admin.replayAa({ replays: 200, seed: 7 })).toEqual(report);
  });

  it('replays once at a time', async () => {
    const both = await Promise.allSettled([1, 2].map((seed) => apps.admin.replayAa({ replays: 2000, seed })));
    const refused = both.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(1);
    expect(refused[0]).toMatchObject({ reason: { status: 429 } });
    await expect(apps.admin.replayAa({ replays: 100 })).resolves.toMatchObject({ replays: 100 });
  });

  it('is asked from the command line', async () => {
    expect(
      await printed(apps, 'experiment', 'power', '--goal', 'ctr', '--effect', '0.05', '--weights', '90:10'),
    ).toMatch(
      /^\d+ units in 14 days; ctr is [\d.]+\ndays +units +smallest lift that is seen\n7 +[\s\S]*a lift of 5.0 % takes \d+ units, \d+ days\n$/,
    );
    expect(await printed(apps, 'experiment', 'aa', '--replays', '100')).toMatch(
      /^100 random splits of \d+ units of 14 days; alpha 0.05\n/,
    );
  });

  it.each([
    ['power', { goal: 'profit' }, 'goal'],
    ['power', { weights: [60, 60] }, 'weights: must sum to 100'],
    ['power', { effect: 0 }, 'effect'],
    ['aa', { replays: 5 }, 'replays'],
    ['aa', { seeds: 1 }, 'seeds'],
    ['aa', [], 'object'],
  ])('refuses %s %j', async (path, body, detail) => {
    const answer = await fetch(`${apps.experimentsUrl}/v1/planning/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(answer.status).toBe(400);
    expect(((await answer.json()) as { detail: string }).detail).toContain(detail);
  });
});
