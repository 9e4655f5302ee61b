import type { AdjustedReport, Report } from '@adlift/client';
import { experimentBody, publishTreatment } from '../experiments/test-experiment';
import { rows } from '../setup/rows';
import { TestApps } from '../setup/test-apps';
import { until } from '../setup/until';

const KEY = 'adjusted';
const UNITS = 1200;
const DAYS = 7;
const ARMS = ['control', 'treatment'] as const;

/** What a unit does: [impressions, clicks, micros]. */
type Amounts = readonly [number, number, number];

interface Unit {
  readonly arm: number;
  readonly during: Amounts;
  readonly before: Amounts;
  readonly isNew: number;
}

/** The same for every run: an activity and a taste of the unit's own, seen in both periods. */
function unitOf(i: number): Unit {
  const noise = (salt: number): number => ((Math.imul(i + 1, 2654435761) ^ Math.imul(salt, 40503)) >>> 8) % 1000;
  const activity = 4 + (noise(1) % 30);
  const taste = noise(2) / 1000;
  const amounts = (salt: number, lift: number): Amounts => {
    const impressions = activity + (noise(salt) % 5);
    const clicks = Math.round(impressions * (0.5 * taste + lift) * (0.7 + noise(salt + 1) / 1700));
    return [impressions, clicks, clicks * (100_000 + noise(salt + 2))];
  };
  const isNew = i % 9 === 0 ? 1 : 0;
  const arm = i % 2;
  return { arm, during: amounts(10, arm * 0.02), before: isNew === 1 ? [0, 0, 0] : amounts(20, 0), isNew };
}

const units = Array.from({ length: UNITS }, (_, i) => unitOf(i));

describe('a comparison adjusted by what units did before', () => {
  let apps: TestApps;
  let report: Report;

  beforeAll(async () => {
    apps = await TestApps.start({ experiments: { SLICES_REFRESH_MS: '200' } });
    await publishTreatment(apps);
    const { design } = experimentBody(KEY);
    await apps.admin.createExperiment({
      ...{ key: KEY, source: 'import' },
      design: { ...design, goal: 'ctr', cuped: { days: DAYS }, metrics: { secondaries: ['unitsClicking'] } },
    });
    await apps.admin.startExperiment(KEY, { force: true });
    await happen();
    await until(
      'all to be folded and counted',
      async () => {
        report = await apps.admin.report(KEY);
        const counted = report.metrics.every(({ adjusted }) => adjusted !== undefined && adjusted.theta !== null);
        const all = report.traffic.exposedUnits === UNITS && report.folding.pendingDeltas === 0;
        return all && counted && Date.parse(adjustedOf('ctr').countedAt) > foldedAt;
      },
      80_000,
    );
  }, 180_000);
  afterAll(() => apps.stop());

  let foldedAt = Infinity;

  /** Deltas as the writer makes them: of the experiment's time, of the days before it, and of days too long ago. */
  async function happen(): Promise<void> {
    const url = apps.database.url;
    await rows(
      url,
      `INSERT INTO assignment_set (id, experiment, phase, assigned, served, reason, flag_digest)
       SELECT md5(arm)::uuid, '${KEY}', 1, arm, arm, 'split', '' FROM unnest($1::text[]) AS arm`,
      [ARMS],
    );
    await rows(
      url,
      `INSERT INTO event_delta (experiment, phase, variant, unit, day, exposures)
       SELECT '${KEY}', 1, ($1::text[])[i % 2 + 1], 'unit-' || i, current_date, 1 FROM generate_series(0, $2 - 1) AS i`,
      [ARMS, UNITS],
    );
    const insert = (day: string, set: string, amounts: readonly Amounts[]): Promise<object[]> =>
      rows(
        url,
        `INSERT INTO event_delta (assignment_set, unit, day, impressions, clicks, charged_micros)
         SELECT ${set}, 'unit-' || i - 1, ${day}, a, b, c
         FROM unnest($1::int[], $2::int[], $3::bigint[]) WITH ORDINALITY AS given (a, b, c, i) WHERE a > 0`,
        [amounts.map(([a]) => a), amounts.map(([, b]) => b), amounts.map(([, , c]) => c)],
      );
    const began = "(now() AT TIME ZONE 'UTC')::date";
    await insert(
      `${began} - 2`,
      'NULL::uuid',
      units.map(({ before }) => before),
    );
    await insert(
      `${began} - ${DAYS + 1}`,
      'NULL::uuid',
      units.map(() => [50, 50, 50]),
    );
    await insert(
      began,
      `md5(CASE WHEN i % 2 = 1 THEN '${ARMS[0]}' ELSE '${ARMS[1]}' END)::uuid`,
      units.map(({ during }) => during),
    );
    await until('the fold', async () => {
      const [{ n }] = await rows<{ n: number }>(url, 'SELECT count(*)::int AS n FROM event_delta');
      return n === 0;
    });
    foldedAt = Date.now();
  }

  function adjustedOf(name: string): AdjustedReport {
    const adjusted = report.metrics.find(({ metric }) => metric === name)?.adjusted;
    if (adjusted === undefined) throw new Error(`${name} is not adjusted`);
    return adjusted;
  }

  it.each<[string, (of: Amounts) => number, (of: Amounts) => number]>([
    ['ctr', ([, clicks]) => clicks, ([impressions]) => impressions],
    ['rpm', ([, , micros]) => micros / 1000, ([impressions]) => impressions],
    ['revenuePerUnit', ([, , micros]) => micros / 1e6, () => 1],
    ['unitsClicking', ([, clicks]) => Number(clicks > 0), () => 1],
  ])('is what the units give, one by one: %s', (name, m, d) => {
    const expected = recount(m, d);
    const { days, theta, comparisons } = adjustedOf(name);
    const { result, varianceReduction } = comparisons[0];
    if ('refused' in result) throw new Error(result.detail);
    expect(days).toBe(DAYS);
    expect(theta?.before).toBeCloseTo(expected.theta[0], 8);
    expect(theta?.newUnit).toBeCloseTo(expected.theta[1], 8);
    expect(result.absolute.difference / expected.difference).toBeCloseTo(1, 8);
    expect(result.absolute.standardError / expected.standardError).toBeCloseTo(1, 8);
    expect(result.relative.lift).toBeCloseTo(expected.difference / expected.control, 8);
    expect(varianceReduction).toBeCloseTo(1 - (expected.standardError / expected.plainError) ** 2, 8);
  });

  it('is narrower, and decides where the design says so', () => {
    const { comparisons } = adjustedOf('ctr');
    expect(comparisons[0]?.varianceReduction).toBeGreaterThan(0.3);
    const { result } = comparisons[0];
    if ('refused' in result) throw new Error(result.detail);
    const plain = report.metrics[0]?.comparisons[0]?.result;
    if (plain === undefined || 'refused' in plain) throw new Error('no plain comparison');
    expect(report.families.goals).toMatchObject([{ metric: 'ctr', p: result.relative.alwaysValidP }]);
    expect(result.relative.alwaysValidP).not.toBe(plain.relative.alwaysValidP);
  });

  it('is snapshot, and comes out to the digit', async () => {
    const take = await fetch(`${apps.experimentsUrl}/v1/experiments/${KEY}/snapshots`, { method: 'POST' });
    const { id, report: kept } = (await take.json()) as { id: string; report: Report };
    expect(kept.metrics[0]?.adjusted?.theta).toEqual(adjustedOf('ctr').theta);
    const again = await fetch(`${apps.experimentsUrl}/v1/experiments/${KEY}/snapshots/${id}/recomputed`);
    expect(await again.json()).toMatchObject({ same: true });
  });

  it('takes imported traffic that is older than its experiment here for the experiment, not for what was before', async () => {
    await rows(
      apps.database.url,
      `INSERT INTO event_delta (assignment_set, unit, day, impressions)
       VALUES (md5('control')::uuid, 'unit-0', (now() AT TIME ZONE 'UTC')::date - 3, 1)`,
    );
    // In the days before that all units did the same, of which nothing can be taken out.
    const before = adjustedOf('ctr').theta?.before;
    // The job takes a twentieth of the time at most.
    await until(
      'the days to be counted anew',
      async () => {
        report = await apps.admin.report(KEY);
        return adjustedOf('ctr').theta?.before !== before;
      },
      60_000,
    );
    expect(adjustedOf('ctr').theta?.before).toBe(0);
    expect(adjustedOf('ctr').comparisons[0]?.varianceReduction).toBeCloseTo(0, 6);
  }, 90_000);
});

/** CUPED of a mean or ratio from the units' own values, by residuals and two regression coefficients. */
function recount(m: (of: Amounts) => number, d: (of: Amounts) => number) {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const covariance = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((sum, value, i) => sum + (value - mean(a)) * (b[i] - mean(b)), 0) / (a.length - 1);
  /** Residuals of a total over a total, per unit, and its value. */
  const linear = (of: readonly Unit[], period: 'during' | 'before') => {
    const value = mean(of.map((unit) => m(unit[period]))) / mean(of.map((unit) => d(unit[period])));
    const size = mean(of.map((unit) => d(unit[period])));
    return { value, residuals: of.map((unit) => (m(unit[period]) - value * d(unit[period])) / size) };
  };
  const values = (of: readonly Unit[]) => ({
    outcome: linear(of, 'during'),
    before: linear(of, 'before'),
    isNew: of.map((unit) => unit.isNew),
  });
  const all = values(units);
  const [y, x, z] = [all.outcome.residuals, all.before.residuals, all.isNew];
  const [xx, xz, zz] = [covariance(x, x), covariance(x, z), covariance(z, z)];
  const [xy, zy] = [covariance(x, y), covariance(z, y)];
  const determinant = xx * zz - xz * xz;
  const theta = [(xy * zz - zy * xz) / determinant, (zy * xx - xy * xz) / determinant] as const;
  const [a, b] = [0, 1].map((arm) => values(units.filter((unit) => unit.arm === arm)));
  const error = (coefficients: readonly [number, number]): number =>
    Math.sqrt(
      [a, b].reduce((sum, { outcome, before, isNew }) => {
        const left = outcome.residuals.map(
          (value, i) => value - coefficients[0] * before.residuals[i] - coefficients[1] * isNew[i],
        );
        return sum + covariance(left, left) / left.length;
      }, 0),
    );
  const taken = (arm: typeof a): number => theta[0] * arm.before.value + theta[1] * mean(arm.isNew);
  return {
    theta,
    control: a.outcome.value,
    difference: b.outcome.value - a.outcome.value - (taken(b) - taken(a)),
    standardError: error(theta),
    plainError: error([0, 0]),
  };
}
