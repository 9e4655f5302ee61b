import { alwaysValidP, confidenceSequenceCriticalValue } from './confidence-sequence';
import { fiellerInterval, type MeanPair } from './fieller';
import type { Interval } from './interval';
import { refuse, type Refusal } from './refusal';
import { studentCriticalValue, studentTwoSidedP } from './student-t-distribution';

/** `alpha` in (0, 1) is two-sided; `plannedUnits` is the design's total of exposed units over the compared arms. */
export interface ComparisonOptions {
  alpha: number;
  plannedUnits: number;
}

/**
 * Treatment less control in the metric's own units; `low` and `high` hold for one look at a sample fixed in advance.
 */
export interface AbsoluteEffect {
  difference: number;
  standardError: number;
  /** The difference in standard errors. */
  statistic: number;
  degreesOfFreedom: number;
  p: number;
  low: number;
  high: number;
  /** Valid however often one looks. */
  sequential: Interval | Refusal;
}

/** Treatment less control as a share of the size of the control value: 0.05 is a lift of 5 %. */
export interface RelativeEffect {
  lift: number;
  /** By the delta method, the noise of the control value included. */
  standardError: number;
  /** The p-value of the absolute effect: no difference and no lift are the same hypothesis. */
  p: number;
  /** Refused for a negative control value, of which no share can be gained without an argument about its sign. */
  interval: Interval | Refusal;
  /** Valid however often one looks; refused as `interval` is. */
  sequential: Interval | Refusal;
  alwaysValidP: number;
}

/** Effect of a treatment against a control, on both scales. */
export interface Comparison {
  absolute: AbsoluteEffect;
  relative: RelativeEffect;
}

/** Two estimated means, the degrees of freedom of their difference, and the exposed units behind both. */
export interface MeasuredPair extends MeanPair {
  degreesOfFreedom: number;
  units: number;
}

/**
 * Infers both effects from a measured pair: Student's t for the absolute effect, Fieller's interval for the lift, and
 * for looks at any time the confidence sequence, whose critical value takes the place of t in Fieller's interval. The
 * control mean must not be 0 and the difference must have a spread; throws RangeError for options out of range.
 */
export function inferEffect(pair: MeasuredPair, { alpha, plannedUnits }: ComparisonOptions): Comparison {
  const { controlMean, treatmentMean, degreesOfFreedom, units } = pair;
  const sequentialValue = confidenceSequenceCriticalValue(units, plannedUnits, alpha);
  const fixedValue = studentCriticalValue(alpha, degreesOfFreedom);

  const difference = treatmentMean - controlMean;
  const standardError = Math.sqrt(varianceAtRatio(pair, 1));
  const statistic = difference / standardError;
  const p = studentTwoSidedP(statistic, degreesOfFreedom);
  const liftInterval = (criticalValue: number): Interval | Refusal =>
    controlMean < 0
      ? refuse('negative_baseline', 'The control value is below zero, so a share of it has no clear sign.')
      : fiellerInterval(pair, criticalValue);
  return {
    absolute: {
      difference,
      standardError,
      statistic,
      degreesOfFreedom,
      p,
      ...around(difference, fixedValue * standardError),
      sequential: around(difference, sequentialValue * standardError),
    },
    relative: {
      lift: difference / Math.abs(controlMean),
      standardError: Math.sqrt(varianceAtRatio(pair, treatmentMean / controlMean)) / Math.abs(controlMean),
      p,
      interval: liftInterval(fixedValue),
      sequential: liftInterval(sequentialValue),
      alwaysValidP: alwaysValidP(statistic, units, plannedUnits, alpha),
    },
  };
}

/** The comparison with its sequential bounds, on which decisions rest, replaced by the reason why there are none yet. */
export function withoutSequentialBounds({ absolute, relative }: Comparison, reason: Refusal): Comparison {
  return { absolute: { ...absolute, sequential: reason }, relative: { ...relative, sequential: reason } };
}

/** `centre` with the same `reach` on both sides. */
export const around = (centre: number, reach: number): Interval => ({ low: centre - reach, high: centre + reach });

/** Variance of treatment mean - ratio * control mean. */
function varianceAtRatio(pair: MeanPair, ratio: number): number {
  const { controlMeanVariance, treatmentMeanVariance, meanCovariance = 0 } = pair;
  return treatmentMeanVariance + ratio * ratio * controlMeanVariance - 2 * ratio * meanCovariance;
}
