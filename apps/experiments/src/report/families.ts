import type { FamilyTest, MetricReport } from '@adlift/client';
import { benjaminiHochbergAdjusted, familyIntervalAlpha, holmAdjusted } from '@adlift/statistics';
import type { ExperimentDesign } from '../experiment/experiment-design';
import { nameOf } from '../metric/design-metrics';
import type { MetricDefinition } from '../metric/metric-definition';
import { decisionTest } from './decision-test';
import type { PhaseStatistics } from './kept-statistics';
import { metricReport } from './metric-report';

/** The tests of the design's goals, which decide together by Holm's method. `known` has all that the design names. */
export function goalFamily(
  design: ExperimentDesign,
  known: readonly MetricDefinition[],
  statistics: PhaseStatistics,
): FamilyTest[] {
  const goals = [design.goal, ...(design.metrics?.goals ?? [])];
  return family(goals, design, known, statistics, holmAdjusted);
}

/** The tests of the secondary metrics; of those said to differ a share of alpha is expected not to. */
export function secondaryFamily(
  design: ExperimentDesign,
  known: readonly MetricDefinition[],
  statistics: PhaseStatistics,
): FamilyTest[] {
  return family(design.metrics?.secondaries ?? [], design, known, statistics, benjaminiHochbergAdjusted);
}

function family(
  references: readonly string[],
  design: ExperimentDesign,
  known: readonly MetricDefinition[],
  { arms }: PhaseStatistics,
  adjust: (p: readonly number[]) => number[],
): FamilyTest[] {
  const size = references.length * (design.variants.length - 1);
  if (size === 0) return [];
  const tests = references.map(nameOf).flatMap((name) => {
    const metric = known.find((one) => one.name === name);
    if (metric === undefined) throw new TypeError(`no metric "${name}"`);
    const plain = metricReport(metric, design, arms);
    const wide = metricReport(metric, design, arms, familyIntervalAlpha(design.alpha, size));
    return plain.comparisons.map(({ variant, result }, i) => ({
      ...{ metric: name, variant, better: metric.direction === 'up' ? 1 : -1 },
      test: decisionTest(design, result, unitsOf(plain)),
      wide: decisionTest(design, wide.comparisons[i]?.result ?? result, unitsOf(plain)),
    }));
  });
  // A test that is not there yet counts as one that shows nothing: it may still come.
  const adjusted = adjust(tests.map(({ test }) => (typeof test === 'string' ? 1 : test.p)));
  return tests.map(({ metric, variant, better, test, wide }, i): FamilyTest => {
    if (typeof test === 'string') {
      return { metric, variant, refusal: test, p: null, adjustedP: null, outcome: 'undecided', interval: null };
    }
    const adjustedP = adjusted[i];
    const direction = test.difference * better > 0 ? 'better' : 'worse';
    const outcome = adjustedP <= design.alpha ? direction : 'undecided';
    const interval = typeof wide === 'string' ? null : wide.interval;
    return { metric, variant, refusal: null, p: test.p, adjustedP, outcome, interval };
  });
}

function unitsOf({ arms }: MetricReport): number {
  return arms.reduce((sum, { units }) => sum + units, 0);
}
