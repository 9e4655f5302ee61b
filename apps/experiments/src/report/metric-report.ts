import {
  compareArms,
  emptyArmSums,
  enoughForBounds,
  isRefusal,
  withoutSequentialBounds,
  type Comparison,
  type Refusal,
} from '@adlift/statistics';
import type { MetricReport } from '@adlift/client';
import type { ExperimentDesign } from '../experiment/experiment-design';
import { estimateMetric } from '../metric/estimate-metric';
import { isMoney, unitOf, type MetricDefinition } from '../metric/metric-definition';
import type { ArmStatistics } from './kept-statistics';

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
    return { variant: name, control, sums, estimate: estimateMetric(metric, sums) };
  });
  const control = arms.find((arm) => arm.control);
  const { name, version, direction } = metric;
  return {
    ...{ metric: name, version, unit: unitOf(metric), direction },
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
    const tooFew = enoughForBounds(a.sums, b.sums, { money: isMoney(metric) });
    return tooFew === undefined ? comparison : withoutSequentialBounds(comparison, tooFew);
  }
}
