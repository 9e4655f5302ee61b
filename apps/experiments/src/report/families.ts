import type { FamilyTest } from '@adlift/client';
import { benjaminiHochbergAdjusted, familyIntervalAlpha, holmAdjusted } from '@adlift/statistics';
import { adjustedReport } from '../cuped/adjusted-report';
import { nameOf } from '../metric/design-metrics';
import type { MetricDefinition } from '../metric/metric-definition';
import { decisionTest, type DecisionTest } from './decision-test';
import { metricReport } from './metric-report';
import type { ReportInputs } from './report-inputs';

/** The tests of the design's goals, which decide together by Holm's method. */
export function goalFamily(inputs: ReportInputs): FamilyTest[] {
  const { goal, metrics } = inputs.design;
  return family([goal, ...(metrics?.goals ?? [])], inputs, holmAdjusted);
}

/** The tests of the secondary metrics; of those said to differ a share of alpha is expected not to. */
export function secondaryFamily(inputs: ReportInputs): FamilyTest[] {
  return family(inputs.design.metrics?.secondaries ?? [], inputs, benjaminiHochbergAdjusted);
}

function family(
  references: readonly string[],
  inputs: ReportInputs,
  adjust: (p: readonly number[]) => number[],
): FamilyTest[] {
  const { design } = inputs;
  const size = references.length * (design.variants.length - 1);
  if (size === 0) return [];
  const tests = references.map(nameOf).flatMap((name) => {
    const metric = inputs.metrics.find((one) => one.name === name);
    if (metric === undefined) throw new TypeError(`no metric "${name}"`);
    const tests = testsOf(metric, inputs, design.alpha);
    const wide = testsOf(metric, inputs, familyIntervalAlpha(design.alpha, size));
    return tests.map(({ variant, test }, i) => ({
      ...{ metric: name, variant, better: metric.direction === 'up' ? 1 : -1 },
      ...{ test, wide: wide[i]?.test ?? test },
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

/** The tests of one metric that decide: the adjusted ones where the design says so. */
function testsOf(
  metric: MetricDefinition,
  inputs: ReportInputs,
  alpha: number,
): readonly { readonly variant: string; readonly test: DecisionTest | string }[] {
  const { design, statistics, covariates } = inputs;
  const plain = metricReport(metric, design, statistics.arms, alpha);
  if (design.cuped === undefined) {
    const units = plain.arms.reduce((sum, arm) => sum + arm.units, 0);
    return plain.comparisons.map(({ variant, result }) => ({ variant, test: decisionTest(design, result, units) }));
  }
  const adjusted = adjustedReport(metric, inputs, alpha);
  const counted = [...(covariates.get(metric.name)?.arms.values() ?? [])];
  const units = counted.reduce((sum, arm) => sum + Number(arm.units), 0);
  return plain.comparisons.map(({ variant }) => {
    const result = adjusted?.comparisons.find((one) => one.variant === variant)?.result;
    return { variant, test: result === undefined ? 'covariates_not_counted' : decisionTest(design, result, units) };
  });
}
