import type { ArmEstimate } from './arm-estimate';
import { alwaysValidP, confidenceSequenceCriticalValue } from './confidence-sequence';
import { fiellerInterval, type MeanPair } from './fieller';
import type { Interval } from './interval';
import { refuse, type Refusal } from './refusal';
import { studentCriticalValue, studentTwoSidedP } from './student-t-distribution';
import { welchDegreesOfFreedom } from './welch';

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
  interval: Interval | Refusal;
  /** Valid however often one looks. */
  sequential: Interval | Refusal;
  alwaysValidP: number;
}

/** Effect of a treatment against a control, on both scales. */
export interface Comparison {
  absolute: AbsoluteEffect;
  relative: RelativeEffect;
}

/**
 * Compares two arms: Welch's test for the absolute effect, Fieller's interval for the lift, and for looks at any time
 * the confidence sequence, whose critical value takes the place of t in Fieller's interval. Refuses arms of fewer
 * than two units, a zero control value, a treatment without any outcome and arms without spread; throws RangeError
 * for figures or options out of range.
 */
export function compareArms(
  control: ArmEstimate,
  treatment: ArmEstimate,
  options: ComparisonOptions,
): Comparison | Refusal {
  const refusal =
    refuseArm(control, 'control') ?? refuseArm(treatment, 'treatment') ?? refuseValues(control, treatment);
  if (refusal) return refusal;

  const pair: MeanPair = {
    controlMean: control.value,
    controlMeanVariance: control.variance / control.units,
    treatmentMean: treatment.value,
    treatmentMeanVariance: treatment.variance / treatment.units,
  };
  const units = control.units + treatment.units;
  const sequentialValue = confidenceSequenceCriticalValue(units, options.plannedUnits, options.alpha);
  const degreesOfFreedom = welchDegreesOfFreedom(control, treatment);
  const fixedValue = studentCriticalValue(options.alpha, degreesOfFreedom);

  const difference = pair.treatmentMean - pair.controlMean;
  const standardError = Math.sqrt(pair.controlMeanVariance + pair.treatmentMeanVariance);
  const statistic = difference / standardError;
  const p = studentTwoSidedP(statistic, degreesOfFreedom);
  const baseline = Math.abs(pair.controlMean);
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
      lift: difference / baseline,
      standardError: relativeStandardError(pair),
      p,
      interval: fiellerInterval(pair, fixedValue),
      sequential: fiellerInterval(pair, sequentialValue),
      alwaysValidP: alwaysValidP(statistic, units, options.plannedUnits, options.alpha),
    },
  };
}

/** The comparison with its sequential bounds, on which decisions rest, replaced by the reason why there are none yet. */
export function withoutSequentialBounds({ absolute, relative }: Comparison, reason: Refusal): Comparison {
  return { absolute: { ...absolute, sequential: reason }, relative: { ...relative, sequential: reason } };
}

function refuseArm({ units, value, variance }: ArmEstimate, arm: string): Refusal | undefined {
  if (!(units >= 0 && Number.isFinite(value) && variance >= 0 && variance < Infinity)) {
    throw new RangeError(`the ${arm} estimate must be finite: units ${units}, value ${value}, variance ${variance}`);
  }
  if (units === 0) return refuse('no_units', `The ${arm} arm has no exposed unit.`);
  if (units < 2) return refuse('one_unit', `The ${arm} arm has a single exposed unit.`);
  return undefined;
}

function refuseValues(control: ArmEstimate, treatment: ArmEstimate): Refusal | undefined {
  if (control.value === 0) {
    return refuse('zero_baseline', 'The control value is zero, so nothing can be measured relative to it.');
  }
  if (treatment.value === 0 && treatment.variance === 0) {
    return refuse('too_few_nonzero_units', 'No unit of the treatment arm has a non-zero outcome.');
  }
  if (control.variance === 0 && treatment.variance === 0) {
    return refuse('zero_variance', 'All units of each arm have the same outcome.');
  }
  return undefined;
}

function relativeStandardError(pair: MeanPair): number {
  const ratio = pair.treatmentMean / pair.controlMean;
  const variance = pair.treatmentMeanVariance + ratio * ratio * pair.controlMeanVariance;
  return Math.sqrt(variance) / Math.abs(pair.controlMean);
}

const around = (centre: number, reach: number): Interval => ({ low: centre - reach, high: centre + reach });
