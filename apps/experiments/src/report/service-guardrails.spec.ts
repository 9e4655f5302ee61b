import { reportTable } from '@adlift/client';
import { experimentDesign, type ExperimentDesign } from '../experiment/experiment-design';
import { composeReport } from './compose-report';
import type { PhaseStatistics } from './kept-statistics';
import { armOf, inputsOf, phaseOf, TWO_ARMS, type UnitOutcome } from './phase-statistics.fixture';

const honest = (unit: number): UnitOutcome => ({
  ...{ impressions: 10, clicks: unit % 2, predicted: 0.5 },
  micros: (unit % 2) * 1_000_000,
});
const phase = (changes: Partial<PhaseStatistics>, fallbacks = 0, units = 2000): PhaseStatistics => ({
  ...phaseOf({
    a: armOf(units, honest),
    b: armOf(units, (unit) => ({ ...honest(unit), fallbacks: unit < fallbacks ? 1 : 0 })),
  }),
  ...changes,
});
const report = (statistics: PhaseStatistics, design: ExperimentDesign = TWO_ARMS) =>
  composeReport(inputsOf(statistics, { design }));

describe('the checks of who was served what', () => {
  const looked = {
    ...{ through: '2026-01-02T03:04:05.000Z', requests: 4000, leaked: 0, unverified: 0 },
    ...{ example: null, unexposedUnits: 0 },
  };

  it.each<[string, Partial<PhaseStatistics>, string]>([
    [
      'assignment_leak',
      { review: { ...looked, leaked: 3, example: 'prediction 1 has "a"' } },
      '3 of 4000 logged requests',
    ],
    ['missing_units', { review: { ...looked, unexposedUnits: 5 } }, '5 units have logged requests in an arm'],
    ['drift', { handEdit: ['parameters.rollout', 'enabled'] }, 'by hand: parameters.rollout, enabled'],
    ['drift', { handEdit: [] }, 'the flag was changed in Unleash by hand'],
  ])('name %s', (name, changes, detail) => {
    const { experiment, health } = report(phase(changes));
    expect(experiment).toMatchObject({ verdict: 'invalid', reasons: [`check_failed:${name}`] });
    expect(health.checks.find((check) => check.name === name)?.detail).toContain(detail);
  });

  it('show an example of a leak, and how much cannot be told', () => {
    const { health, experiment } = report(phase({ review: { ...looked, unverified: 40 } }));
    expect(experiment.verdict).toBe('keep_running');
    expect(health.checks.find(({ name }) => name === 'assignment_leak')?.detail).toBe(
      '0 of 4000 logged requests looked at have another arm than their flag gives to the unit; of 40 that cannot be told',
    );
    const leaked = report(phase({ review: { ...looked, leaked: 1, example: 'prediction 7 has "b"' } }));
    expect(leaked.health.checks.find(({ ok }) => !ok)?.detail).toContain('for example prediction 7 has "b"');
  });

  it('bear the few units without an exposure that were erased while they were there', () => {
    const checks = (unexposedUnits: number) =>
      report(phase({ review: { ...looked, unexposedUnits } })).experiment.verdict;
    expect([checks(4), checks(5)]).toEqual(['keep_running', 'invalid']);
  });

  it('strike out every figure that a terminal shows once one of them fails', () => {
    const lines = (changes: Partial<PhaseStatistics>): string[] =>
      reportTable(report(phase(changes)))
        .split('\n')
        .filter((line) => /^ *(CTR|revenue|conversions)? .* [ab] +/.test(line) && !line.includes(':'));
    expect(lines({}).join('')).not.toContain('~');
    expect(lines({ handEdit: [] }).length).toBeGreaterThan(3);
    expect(lines({ handEdit: [] }).every((line) => /~[0-9.]+( %| EUR)?~/.test(line))).toBe(true);
  });

  it('bear the few units that were erased and came again', () => {
    const verdict = (unitsWithoutExposure: number) => report(phase({ unitsWithoutExposure })).experiment.verdict;
    expect([verdict(4), verdict(5)]).toEqual(['keep_running', 'invalid']);
  });

  it('pass where nothing was logged', () => {
    expect(report(phase({})).experiment.verdict).toBe('keep_running');
  });
});

describe('the guardrail of latency', () => {
  const fast: [number, number][] = [
    [80, 3800],
    [88, 200],
  ];
  const slow: [number, number][] = [
    [80, 3000],
    [104, 1000],
  ];

  it('rolls back a variant whose slowest twentieth takes too long, and says by how much', () => {
    const { experiment, guardrails } = report(phase({ latency: { a: fast, b: slow } }));
    expect(experiment).toMatchObject({ verdict: 'rollback', reasons: ['guardrail_failed:latency:b'] });
    const latency = guardrails.filter(({ name }) => name === 'latency');
    expect(latency).toHaveLength(1);
    expect(latency[0]).toMatchObject({ variant: 'b', ok: false, value: 8 });
    expect(latency[0]?.detail).toContain('25.0 % took more than 1.5 times that');
  });

  it('takes its limit from the design', () => {
    const design = (latencyRatio: number) => experimentDesign.parse({ ...TWO_ARMS, limits: { latencyRatio } });
    const verdict = (latencyRatio: number) =>
      report(phase({ latency: { a: fast, b: slow } }), design(latencyRatio)).experiment.verdict;
    expect([verdict(7), verdict(9)]).toEqual(['rollback', 'keep_running']);
    expect(experimentDesign.safeParse({ ...TWO_ARMS, limits: { latencyRatio: 1 } }).success).toBe(false);
  });

  it('is judged of a variant with whatever name', () => {
    const [control, treatment] = TWO_ARMS.variants;
    const design = experimentDesign.parse({ ...TWO_ARMS, variants: [control, { ...treatment, name: 'constructor' }] });
    const arms = { a: armOf(2000, honest), constructor: armOf(2000, honest) };
    const latency = report(phaseOf(arms), design).guardrails.find(({ name }) => name === 'latency');
    expect(latency).toMatchObject({ variant: 'constructor', ok: true, value: null });
  });

  it('is not judged by a handful of requests, and leaves a faster variant alone', () => {
    expect(report(phase({ latency: { a: fast } })).guardrails.at(-1)?.detail).toContain(
      'not judged (too_few_requests)',
    );
    expect(report(phase({ latency: { a: slow, b: fast } })).experiment.verdict).toBe('keep_running');
  });
});

describe('the guardrail of fallbacks', () => {
  it('rolls back once the share is shown to be above the limit, not at the first unlucky impressions', () => {
    const verdict = (fallbacks: number, units: number) => report(phase({}, fallbacks, units)).experiment.verdict;
    // 2 % of the impressions, of 100 units and of 4,000.
    expect(verdict(20, 100)).toBe('keep_running');
    expect(verdict(800, 4000)).toBe('rollback');
  });

  it('takes its limit from the design', () => {
    const design = experimentDesign.parse({ ...TWO_ARMS, limits: { fallbackShare: 0.05 } });
    expect(report(phase({}, 800, 4000), design).experiment.verdict).toBe('keep_running');
    expect(design.limits).toEqual({ latencyRatio: 1.5, fallbackShare: 0.05 });
  });
});
