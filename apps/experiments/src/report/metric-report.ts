import {
  compareArms,
  emptyArmSums,
  enoughForBounds,
  estimateArm,
  isRefusal,
  withoutSequentialBounds,
  type Comparison,
  type Refusal,
} from '@adlift/statistics';
import type { MetricReport } from '@adlift/client';
import type { ExperimentDesign } from '../experiment/experiment-design';
import type { ArmStatistics } from './kept-statistics';
import type { MetricDefinition } from './metric-definitions';

/**
 * One metric of each arm, and of each arm against the control with intervals of error `alpha`; a typed refusal where
 * nothing can be inferred.
 */
export function metricReport(
  metric: MetricDefinition,
  design: ExperimentDesign,
  statistics: ReadonlyMap<string, ArmStatistics>,
  alpha = design.alpha,
): MetricReport {
  const arms = design.variants.map(({ name, control }) => {
    const sums = statistics.get(name)?.sums.get(metric.name) ?? emptyArmSums();
    return { variant: name, control, sums, estimate: estimateArm(metric.kind, sums, metric.scale) };
  });
  const control = arms.find((arm) => arm.control);
  return {
    metric: metric.name,
    arms: arms.map(({ variant, control, sums, estimate }) => ({
      variant,
      control,
      units: Number(sums.units),
      value: isRefusal(estimate) ? null : estimate.value,
    })),
    comparisons: arms
      .filter((arm) => !arm.control)
      .map((arm) => ({ variant: arm.variant, result: compare(control, arm) })),
  };

  function compare(a: (typeof arms)[number] | undefined, b: (typeof arms)[number]): Comparison | Refusal {
    if (a === undefined) throw new TypeError('a design without a control cannot be stored');
    if (isRefusal(a.estimate)) return a.estimate;
    if (isRefusal(b.estimate)) return b.estimate;
    const comparison = compareArms(a.estimate, b.estimate, { alpha, plannedUnits: design.plannedUnits });
    if (isRefusal(comparison)) return comparison;
    const tooFew = enoughForBounds(a.sums, b.sums, { money: metric.money });
    return tooFew === undefined ? comparison : withoutSequentialBounds(comparison, tooFew);
  }
}
