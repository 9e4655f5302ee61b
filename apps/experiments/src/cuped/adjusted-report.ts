import type { AdjustedReport } from '@adlift/client';
import {
  compareWithCovariates,
  cupedCoefficients,
  emptyArmSums,
  enoughForBounds,
  isRefusal,
  withoutSequentialBounds,
  type Comparison,
  type CovariateModel,
  type CrossSums,
  type Refusal,
} from '@adlift/statistics';
import { isMoney, scaleOf, type MetricDefinition } from '../metric/metric-definition';
import type { ReportInputs } from '../report/report-inputs';

/** Indices into the variables that `keepCovariates` counts. */
const OF_MEAN: CovariateModel = { outcome: { numerator: 0 }, covariates: [{ numerator: 1 }, { numerator: 2 }] };
const OF_RATIO: CovariateModel = {
  outcome: { numerator: 0, denominator: 1 },
  covariates: [{ numerator: 2, denominator: 3 }, { numerator: 4 }],
};

/**
 * One metric of each arm against the control after what the units did before the experiment is taken out (CUPED), with
 * intervals of error `alpha`; the coefficients are those of all arms together. Undefined until it is counted.
 */
export function adjustedReport(
  metric: MetricDefinition,
  { design, statistics, covariates }: Pick<ReportInputs, 'design' | 'statistics' | 'covariates'>,
  alpha = design.alpha,
): AdjustedReport | undefined {
  const counted = covariates.get(metric.name);
  if (counted === undefined) return undefined;
  const { countedAt, days, arms } = counted;
  const model = metric.kind === 'ratio' ? OF_RATIO : OF_MEAN;
  const coefficients = cupedCoefficients([...arms.values()], model);
  const [before, newUnit] = isRefusal(coefficients) ? [] : coefficients;
  const control = design.variants.find((variant) => variant.control)?.name ?? '';
  return {
    ...{ countedAt, days },
    theta: before === undefined || newUnit === undefined ? null : { before, newUnit: newUnit * scaleOf(metric) },
    comparisons: design.variants
      .filter((variant) => !variant.control)
      .map(({ name: variant }) => {
        const [a, b] = [arms.get(control), arms.get(variant)];
        if (isRefusal(coefficients)) return { variant, result: coefficients, varianceReduction: null };
        if (a === undefined || b === undefined) return { variant, result: NOBODY, varianceReduction: null };
        const result = compare(a, b, coefficients);
        const plain = compare(
          a,
          b,
          coefficients.map(() => 0),
        );
        return { variant, result: bounded(variant, result), varianceReduction: reduction(result, plain) };
      }),
  };

  function compare(a: CrossSums, b: CrossSums, theta: number[]): Comparison | Refusal {
    const options = { alpha, plannedUnits: design.plannedUnits };
    return compareWithCovariates(a, b, { ...model, coefficients: theta, scale: scaleOf(metric) }, options);
  }

  /** As many units with an outcome are needed as without the adjustment. */
  function bounded(variant: string, result: Comparison | Refusal): Comparison | Refusal {
    if (isRefusal(result)) return result;
    const [a, b] = [control, variant].map((name) => statistics.arms.get(name)?.sums.get(metric.name) ?? emptyArmSums());
    const tooFew = enoughForBounds(a, b, { money: isMoney(metric) });
    return tooFew === undefined ? result : withoutSequentialBounds(result, tooFew);
  }
}

const NOBODY: Refusal = {
  refused: true,
  reason: 'no_units',
  detail: 'No exposed unit was counted in one of the arms.',
};

function reduction(adjusted: Comparison | Refusal, plain: Comparison | Refusal): number | null {
  if (isRefusal(adjusted) || isRefusal(plain)) return null;
  return 1 - (adjusted.absolute.standardError / plain.absolute.standardError) ** 2;
}
