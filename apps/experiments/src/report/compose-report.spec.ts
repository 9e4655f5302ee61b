import { jsonDigest } from '@adlift/wire';
import { composeReport, type ReportInputs } from './compose-report';
import { armOf, phaseOf, TWO_ARMS, type UnitOutcome } from './phase-statistics.fixture';
import { restoreInputs, storeInputs, type StoredInputs } from './snapshot-inputs';

const UNITS = 2000;

/** Every second unit clicks once in ten impressions, as its model predicts; prices differ a little. */
const honest = (unit: number): UnitOutcome => ({
  impressions: 10,
  clicks: unit % 2,
  micros: (unit % 2) * (1_000_000 + 1000 * (unit % 77)),
  predicted: 0.5,
});
const dearer = (unit: number): UnitOutcome => ({ ...honest(unit), micros: 2 * honest(unit).micros });

const inputs = (treatment: (unit: number) => UnitOutcome, control = honest): ReportInputs => ({
  key: 'one',
  state: 'running',
  phase: 1,
  design: TWO_ARMS,
  statistics: phaseOf({ a: armOf(UNITS, control), b: armOf(UNITS, treatment) }),
});

describe('a report', () => {
  it('ships a variant that earns more and keeps to its guardrails', () => {
    const report = composeReport(inputs(dearer));
    expect(report.experiment).toMatchObject({ verdict: 'ship', reasons: ['rpm_better:b'] });
    expect(report.guardrails.map(({ name, variant, ok }) => [name, variant, ok])).toEqual([
      ['calibration', 'a', true],
      ['calibration', 'b', true],
      ['fallback_share', 'a', true],
      ['fallback_share', 'b', true],
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

  it('comes out to the digit from inputs that were stored as JSON', () => {
    const given = inputs((unit) => ({ ...dearer(unit), micros: dearer(unit).micros * 1_000_003 }));
    const stored = JSON.parse(JSON.stringify(storeInputs(given))) as StoredInputs;
    expect(restoreInputs(stored)).toEqual(given);
    expect(jsonDigest(composeReport(restoreInputs(stored)))).toBe(jsonDigest(composeReport(given)));
  });

  it('is another one when a single unit differs', () => {
    const digest = (given: ReportInputs): string => jsonDigest(composeReport(given));
    const once = inputs((unit) => (unit === 7 ? { ...honest(unit), micros: honest(unit).micros + 1 } : honest(unit)));
    expect(digest(once)).not.toBe(digest(inputs(honest)));
  });
});
