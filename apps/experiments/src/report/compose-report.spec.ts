import type { FamilyTest } from '@adlift/client';
import { addUnitValues, emptyCrossSums, type CrossSums } from '@adlift/statistics';
import { jsonDigest } from '@adlift/wire';
import { experimentDesign } from '../experiment/experiment-design';
import type { EventCounts } from '../event-total/compared-totals';
import { CLASSIC_METRICS } from '../metric/built-in-metrics';
import type { MetricDefinition } from '../metric/metric-definition';
import { composeReport } from './compose-report';
import type { ReportInputs } from './report-inputs';
import { armOf, inputsOf, phaseOf, TWO_ARMS, type UnitOutcome } from './phase-statistics.fixture';
import { restoreInputs, storeInputs, type StoredInputs } from './snapshot-inputs';

const UNITS = 2000;
const TOLD = { waiting: false, toldAt: '2026-11-20T12:00:00.000Z' };

/** Every second unit clicks once in ten impressions, as its model predicts; prices differ a little. */
const honest = (unit: number): UnitOutcome => ({
  impressions: 10,
  clicks: unit % 2,
  micros: (unit % 2) * (1_000_000 + 1000 * (unit % 77)),
  predicted: 0.5,
});
const dearer = (unit: number): UnitOutcome => ({ ...honest(unit), micros: 2 * honest(unit).micros });

const inputs = (treatment: (unit: number) => UnitOutcome, control = honest): ReportInputs =>
  inputsOf(phaseOf({ a: armOf(UNITS, control), b: armOf(UNITS, treatment) }));

describe('a report', () => {
  it('ships a variant that earns more and keeps to its guardrails', () => {
    const report = composeReport(inputs(dearer));
    expect(report.experiment).toMatchObject({ verdict: 'ship', reasons: ['rpm_better:b'] });
    expect(report.guardrails.map(({ name, variant, ok }) => [name, variant, ok])).toEqual([
      ['calibration', 'a', true],
      ['calibration', 'b', true],
      ['fallback_share', 'a', true],
      ['fallback_share', 'b', true],
      ['latency', 'b', true],
    ]);
    expect(report.guardrails[1]).toMatchObject({ value: 1 });
  });

  it('finds nothing in an A/A', () => {
    expect(composeReport(inputs(honest)).experiment).toMatchObject({
      verdict: 'keep_running',
      reasons: ['rpm_undecided:b'],
    });
  });

  it('rolls back a variant that predicts twice the clicks it gets, whatever it earns', () => {
    const report = composeReport(inputs((unit) => ({ ...dearer(unit), predicted: 1 })));
    expect(report.experiment).toMatchObject({ verdict: 'rollback', reasons: ['guardrail_failed:calibration:b'] });
    const calibration = report.guardrails.find(({ ok }) => !ok);
    expect(calibration).toMatchObject({ name: 'calibration', variant: 'b', value: 2 });
    expect(calibration?.interval?.low).toBeGreaterThan(1.1);
  });

  it('rolls back a variant whose predicted clicks never come', () => {
    const report = composeReport(inputs((unit) => ({ ...honest(unit), clicks: 0, micros: 0 })));
    expect(report.experiment.verdict).toBe('rollback');
    expect(report.guardrails.find(({ ok }) => !ok)).toMatchObject({ value: null, variant: 'b' });
  });

  it('rolls back a variant that falls back, and says nothing is invalid', () => {
    const falling = (unit: number): UnitOutcome => ({ ...honest(unit), fallbacks: unit % 5 === 0 ? 1 : 0 });
    const report = composeReport(inputs(falling));
    expect(report.experiment).toMatchObject({ verdict: 'rollback', reasons: ['guardrail_failed:fallback_share:b'] });
    expect(report.health.checks.every(({ ok }) => ok)).toBe(true);
    expect(composeReport(inputs(dearer, falling)).experiment).toMatchObject({
      verdict: 'keep_running',
      reasons: ['guardrail_failed:fallback_share:a'],
    });
  });

  it('strikes out everything when the arms do not get their shares', () => {
    const statistics = phaseOf({
      a: armOf(2000, honest),
      b: armOf(1500, (unit) => ({ ...honest(unit), predicted: 1 })),
    });
    expect(composeReport({ ...inputs(honest), statistics }).experiment).toMatchObject({
      verdict: 'invalid',
      reasons: ['check_failed:sample_ratio'],
    });
  });

  const kept = { impressions: 20_000, clicks: 1000 };
  const withTold = (control: EventCounts, treatment: EventCounts): ReportInputs => {
    const { statistics, ...rest } = inputs(honest);
    const arms = { a: { told: control, kept }, b: { told: treatment, kept } };
    return { ...rest, statistics: { ...statistics, sent: { ...TOLD, arms } } };
  };

  it('is invalid when events of one arm are missing, and not for a few in both', () => {
    const more = { impressions: 20_300, clicks: 1015 };
    const reasons = (given: ReportInputs): readonly string[] => composeReport(given).experiment.reasons;
    expect(reasons(withTold(kept, { ...kept, impressions: 20_300 }))).toEqual(['check_failed:events_complete']);
    expect(reasons(withTold({ ...kept, clicks: 1015 }, kept))).toEqual(['check_failed:events_complete']);
    expect(reasons(withTold({ impressions: 22_000, clicks: 1100 }, { impressions: 22_000, clicks: 1100 }))).toEqual([
      'check_failed:events_complete',
    ]);
    expect(reasons(withTold(more, more))).toEqual(['rpm_undecided:b']);
    expect(reasons(withTold({ impressions: 18_000, clicks: 900 }, kept))).toEqual(['rpm_undecided:b']);
  });

  it('comes out to the digit from inputs that were stored as JSON', () => {
    const sent = { ...TOLD, arms: { b: { told: kept, kept } } };
    const plain = inputs((unit) => ({ ...dearer(unit), micros: dearer(unit).micros * 1_000_003 }));
    const given = { ...plain, statistics: { ...plain.statistics, sent } };
    const stored = JSON.parse(JSON.stringify(storeInputs(given))) as StoredInputs;
    expect(restoreInputs(stored)).toEqual(given);
    expect(jsonDigest(composeReport(restoreInputs(stored)))).toBe(jsonDigest(composeReport(given)));
  });

  it('is another one when a single unit differs', () => {
    const digest = (given: ReportInputs): string => jsonDigest(composeReport(given));
    const once = inputs((unit) => (unit === 7 ? { ...honest(unit), micros: honest(unit).micros + 1 } : honest(unit)));
    expect(digest(once)).not.toBe(digest(inputs(honest)));
  });

  const withMetrics = (metrics: object, treatment: (unit: number) => UnitOutcome): ReportInputs => ({
    ...inputs(treatment),
    design: experimentDesign.parse({ ...TWO_ARMS, metrics }),
  });

  it('tests several goals together, and shows secondary metrics without deciding by them', () => {
    const design = { goals: ['ctr'], secondaries: ['revenuePerUnit'] };
    const { experiment, families } = composeReport(withMetrics(design, dearer));
    expect(families.goals.map(({ metric, outcome }) => [metric, outcome])).toEqual([
      ['rpm', 'better'],
      ['ctr', 'undecided'],
    ]);
    const [rpm] = families.goals;
    expect(rpm?.adjustedP).toBeCloseTo(2 * (rpm?.p ?? NaN), 12);
    expect(families.secondaries).toMatchObject([{ metric: 'revenuePerUnit', outcome: 'better' }]);
    expect(experiment).toMatchObject({ verdict: 'ship', reasons: ['rpm_better:b'] });
    const alone = composeReport(inputs(dearer)).families.goals[0];
    const width = (test: FamilyTest | undefined): number =>
      (test?.interval?.high ?? NaN) - (test?.interval?.low ?? NaN);
    expect(width(rpm)).toBeGreaterThan(width(alone));
  });

  it('rolls back a variant that is shown to be worse by a guardrail metric, and waits until it is shown not to be', () => {
    const fewer = (unit: number): UnitOutcome => {
      const clicks = unit % 4 === 1 ? 1 : 0;
      return { ...dearer(unit), clicks, micros: 8 * clicks * 1_000_000, predicted: 0.25 };
    };
    const guarded = (margin: number, treatment: (unit: number) => UnitOutcome) =>
      composeReport(withMetrics({ guardrails: [{ metric: 'ctr', margin }] }, treatment));
    expect(guarded(0.1, fewer).experiment).toMatchObject({
      verdict: 'rollback',
      reasons: ['guardrail_failed:not_worse:ctr:b'],
    });
    expect(guarded(0.01, dearer).experiment).toMatchObject({
      verdict: 'keep_running',
      reasons: ['guardrail_open:not_worse:ctr:b'],
    });
    expect(guarded(0.2, dearer).experiment.verdict).toBe('ship');
    expect(guarded(0.2, dearer).guardrails.at(-1)).toMatchObject({ name: 'not_worse:ctr', value: 0, proven: true });
  });

  it('judges a guardrail metric once the smaller arm should have enough units with an outcome, and then also one that has none', () => {
    const design = experimentDesign.parse({ ...TWO_ARMS, metrics: { guardrails: [{ metric: 'ctr', margin: 0.1 }] } });
    const few = (unit: number): UnitOutcome => ({
      ...{ impressions: 10, clicks: unit % 25 === 0 ? 1 : 0 },
      ...{ micros: 0, predicted: 0.04 },
    });
    const guardrail = (treatment: number) => {
      const silent = armOf(treatment, () => ({ ...few(1), predicted: 0 }));
      const statistics = phaseOf({ a: armOf(4950, few), b: silent });
      return composeReport({ ...inputsOf(statistics), design }).guardrails.at(-1);
    };
    // Two units with a click are to be expected of fifty; none of them is no sign of anything.
    expect(guardrail(50)).toMatchObject({ name: 'not_worse:ctr', ok: true, proven: false });
    expect(guardrail(50)?.detail).toBe('not judged (too_few_nonzero_units); may be 10.0 % worse');
    expect(guardrail(2000)).toMatchObject({ name: 'not_worse:ctr', ok: false, proven: false });
  });

  it('takes less for better where a metric says so, as goal and as guardrail', () => {
    const ctrDown = CLASSIC_METRICS.map((metric): MetricDefinition =>
      metric.name === 'ctr' ? { ...metric, version: 2, direction: 'down' } : metric,
    );
    const fewer = (unit: number): UnitOutcome => ({ ...honest(unit), clicks: unit % 4 === 1 ? 1 : 0, predicted: 0.25 });
    const judged = (changes: object, treatment: (unit: number) => UnitOutcome, control = honest) =>
      composeReport({
        ...{ ...inputs(treatment, control), metrics: ctrDown },
        design: experimentDesign.parse({ ...TWO_ARMS, ...changes }),
      });
    const less = judged({ goal: 'ctr@2' }, fewer);
    expect(less.experiment).toMatchObject({ verdict: 'ship', reasons: ['ctr_better:b'] });
    expect(less.families.goals[0]).toMatchObject({ metric: 'ctr', outcome: 'better' });
    expect(less.outlook[0]?.chanceToWin).toBeGreaterThan(0.999);
    expect(less.metrics[0]).toMatchObject({ metric: 'ctr', version: 2, direction: 'down', unit: 'rate' });
    expect(judged({ goal: 'ctr@2' }, honest, fewer).experiment.reasons).toEqual(['ctr_worse:b']);
    const guarded = { metrics: { guardrails: [{ metric: 'ctr@2', margin: 0.2 }] } };
    expect(judged(guarded, honest, fewer).experiment.reasons).toEqual(['guardrail_failed:not_worse:ctr:b']);
    expect(judged(guarded, fewer).guardrails.at(-1)).toMatchObject({ name: 'not_worse:ctr', ok: true, proven: true });
  });

  it('says what a variant promises: its chance to win, and revenue a day with its interval', () => {
    const [outlook] = composeReport(inputs(dearer)).outlook;
    expect(outlook?.variant).toBe('b');
    expect(outlook?.chanceToWin).toBeGreaterThan(0.999);
    // Half of the units bring about 1.04 more each, of 4,000 units in two days.
    expect(outlook?.revenuePerDay?.expected).toBeCloseTo(2000 * 0.5 * 1.038, -1);
    expect(outlook?.revenuePerDay?.low).toBeGreaterThan(0);
    expect(composeReport(inputs(honest)).outlook[0]?.chanceToWin).toBeCloseTo(0.5, 12);
    const young = { ...inputs(dearer), statistics: { ...inputs(dearer).statistics, days: 0.9 } };
    expect(composeReport(young).outlook[0]?.revenuePerDay).toBeNull();
  });

  it('waits for what units did before where that is to be taken out, and decides by what is left', () => {
    const design = experimentDesign.parse({ ...TWO_ARMS, cuped: {} });
    expect(composeReport({ ...inputs(dearer), design }).experiment).toMatchObject({
      ...{ verdict: 'keep_running', reasons: ['covariates_not_counted:b'] },
    });
    // What a unit brings is what it brought before, in every arm: nothing is left of the difference.
    const sums = (treatment: boolean): CrossSums => {
      const counted = emptyCrossSums(5);
      for (let unit = 0; unit < UNITS; unit++) {
        const { micros, impressions } = (treatment ? dearer : honest)(unit);
        const before = BigInt(micros + (unit % 3));
        addUnitValues(counted, [BigInt(micros), BigInt(impressions), before, BigInt(impressions), 0n]);
      }
      return counted;
    };
    const arms = new Map([
      ['a', sums(false)],
      ['b', sums(true)],
    ]);
    const covariates = new Map([['rpm', { countedAt: '2026-11-28T00:00:00.000Z', days: 14, arms }]]);
    const given: ReportInputs = { ...inputs(dearer), design, covariates };
    const { experiment, metrics } = composeReport(given);
    expect(experiment).toMatchObject({ verdict: 'keep_running', reasons: ['rpm_undecided:b'] });
    const [adjusted] = metrics.flatMap((metric) => metric.adjusted ?? []);
    expect(adjusted?.theta?.before).toBeCloseTo(1, 6);
    expect(adjusted?.comparisons[0]?.varianceReduction).toBeGreaterThan(0.99);
    const stored = JSON.parse(JSON.stringify(storeInputs(given))) as StoredInputs;
    expect(restoreInputs(stored)).toEqual(given);
    expect(composeReport({ ...given, design: TWO_ARMS }).experiment.verdict).toBe('ship');
  });

  it('lets a metric have one part only', () => {
    const parse = (metrics: object) => experimentDesign.safeParse({ ...TWO_ARMS, metrics });
    expect(parse({ goals: ['rpm'] }).error?.issues[0]?.path).toEqual(['metrics', 'goals', 0]);
    const twice = parse({ secondaries: ['ctr'], guardrails: [{ metric: 'ctr', margin: 0.1 }] });
    expect(twice.error?.issues[0]?.path).toEqual(['metrics', 'guardrails', 0, 'metric']);
    expect(parse({ goals: ['rpm@2'] }).error?.issues[0]?.path).toEqual(['metrics', 'goals', 0]);
    expect(parse({ guardrails: [{ metric: 'ctr', margin: 0 }] }).success).toBe(false);
  });

  it('has the design of old where no further metrics are named', () => {
    expect(experimentDesign.parse(TWO_ARMS)).toEqual(TWO_ARMS);
  });
});
