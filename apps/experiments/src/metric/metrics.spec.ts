import { MOMENT_COLUMNS } from '@adlift/ledger';
import { isRefusal } from '@adlift/statistics';
import { BUILT_IN_METRICS, CLASSIC_METRICS } from './built-in-metrics';
import { estimateMetric, sumsOf, type MomentsRow } from './estimate-metric';
import { newMetric } from './metric-body';
import { scaleOf, unitOf } from './metric-definition';

/** Units of an arm; what is not given is 0. */
const UNITS: readonly Readonly<Record<string, number>>[] = [
  { impressions: 10, clicks: 2, conversions: 1, charged_micros: 3_000_000, capped_micros: 2_000_000 },
  { impressions: 5, hides: 2, fallback_impressions: 3 },
  { impressions: 1, clicks: 1, charged_micros: 1_000_000, capped_micros: 1_000_000 },
  {},
];

/** The moments of these units, by what each column's name says. */
function momentsOf(units: typeof UNITS): MomentsRow {
  const total = (of: (unit: Readonly<Record<string, number>>) => number): string =>
    String(units.reduce((sum, unit) => sum + of(unit), 0));
  const sums = [...MOMENT_COLUMNS.keys()].filter((name) => name.startsWith('sum_')).map((name) => name.slice(4));
  return Object.fromEntries([
    ['units', String(units.length)],
    ...sums.flatMap((m) => [
      [`sum_${m}`, total((unit) => unit[m] ?? 0)],
      [`nonzero_${m}`, total((unit) => Number((unit[m] ?? 0) !== 0))],
      ...sums.map((d) => [`product_${m}_${d}`, total((unit) => (unit[m] ?? 0) * (unit[d] ?? 0))]),
    ]),
  ]) as MomentsRow;
}

describe('metrics', () => {
  const value = (name: string): number => {
    const metric = BUILT_IN_METRICS.find((one) => one.name === name);
    if (metric === undefined) throw new Error(`no metric ${name}`);
    const estimate = estimateMetric(metric, sumsOf(momentsOf(UNITS), metric));
    return isRefusal(estimate) ? NaN : estimate.value;
  };

  it('are about twenty, each defined once', () => {
    const names = BUILT_IN_METRICS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThanOrEqual(20);
    expect(names.slice(0, 4)).toEqual(CLASSIC_METRICS.map(({ name }) => name));
  });

  it.each(BUILT_IN_METRICS.map((metric) => [metric.name, metric] as const))('has the sums kept of %s', (_, metric) => {
    const { kind, numerator: m, denominator: d } = metric;
    const columns =
      kind === 'share'
        ? [`nonzero_${m}`]
        : [`sum_${m}`, `product_${m}_${m}`, ...(d === undefined ? [] : [`product_${m}_${d}`, `product_${d}_${d}`])];
    expect(columns.filter((column) => !MOMENT_COLUMNS.has(column))).toEqual([]);
  });

  it('come out as a person would count them', () => {
    expect(value('ctr')).toBe(3 / 16);
    expect(value('conversionRate')).toBe(1 / 3);
    expect(value('rpm')).toBeCloseTo((1000 * 3) / 16, 12);
    expect(value('rpmUncapped')).toBeCloseTo((1000 * 4) / 16, 12);
    expect(value('revenuePerUnit')).toBeCloseTo(3 / 4, 12);
    expect(value('revenuePerClick')).toBeCloseTo(1, 12);
    expect(value('costPerConversion')).toBeCloseTo(3, 12);
    expect(value('impressionsPerUnit')).toBe(4);
    expect(value('hideRate')).toBe(2 / 16);
    expect(value('fallbackShare')).toBe(3 / 16);
    expect(value('unitsReached')).toBe(3 / 4);
    expect(value('unitsClicking')).toBe(2 / 4);
    expect(value('unitsConverting')).toBe(1 / 4);
    expect(value('unitsHiding')).toBe(1 / 4);
  });

  it('of a share have the variance of a proportion', () => {
    const metric = BUILT_IN_METRICS.find(({ name }) => name === 'unitsReached');
    if (metric === undefined) throw new Error('no such metric');
    expect(estimateMetric(metric, sumsOf(momentsOf(UNITS), metric))).toMatchObject({ variance: 0.75 * 0.25 });
  });
});

describe('a metric of a team', () => {
  const body = { name: 'paidClicks', numerator: 'capped_micros', direction: 'up', description: 'What a click pays' };

  it('is a mean per unit, or a ratio where it has a denominator', () => {
    expect(newMetric.parse(body)).toMatchObject({ kind: 'mean', per: 1 });
    const ratio = newMetric.parse({ ...body, denominator: 'clicks', per: 1000 });
    expect(ratio).toMatchObject({ kind: 'ratio', denominator: 'clicks' });
    expect(scaleOf({ ...ratio, version: 1 })).toBe(1e-3);
    expect(unitOf({ ...ratio, version: 1 })).toBe('money');
    expect(newMetric.parse({ ...body, kind: 'share' })).toMatchObject({ kind: 'share' });
  });

  it.each<[string, object, string]>([
    ['a name that is none', { name: 'Paid clicks' }, 'name'],
    ['a version in its name', { name: 'paid@2' }, 'name'],
    ['an unknown sum', { numerator: 'happiness' }, 'numerator'],
    ['an unknown denominator', { denominator: 'units' }, 'denominator'],
    ['a pair of sums whose noise is not known', { numerator: 'hides', denominator: 'clicks' }, 'denominator'],
    ['a ratio to itself', { numerator: 'clicks', denominator: 'clicks' }, 'denominator'],
    ['a ratio without a denominator', { kind: 'ratio' }, 'denominator'],
    ['a mean with one', { kind: 'mean', denominator: 'clicks' }, 'kind'],
    ['a share per mille', { kind: 'share', per: 1000 }, 'per'],
    ['an odd number of it', { per: 7 }, 'per'],
    ['no direction', { direction: 'sideways' }, 'direction'],
    ['nothing said of it', { description: ' ' }, 'description'],
  ])('is refused with %s', (_, change, field) => {
    expect(newMetric.safeParse({ ...body, ...change }).error?.issues[0]?.path).toEqual([field]);
  });
});
