import type { ArmEstimate } from './arm-estimate';
import { inferEffect, type Comparison, type ComparisonOptions } from './effect';
import { refuse, type Refusal } from './refusal';
import { welchDegreesOfFreedom } from './welch';

/**
 * Compares two arms: Welch's test for the absolute effect, Fieller's interval for the lift, and the confidence
 * sequence for both. Refuses arms of fewer than two units, a zero control value, a treatment without any outcome and
 * arms without spread, and for a negative control value the intervals of the lift; throws RangeError for figures or
 * options out of range.
 */
export function compareArms(
  control: ArmEstimate,
  treatment: ArmEstimate,
  options: ComparisonOptions,
): Comparison | Refusal {
  const refusal =
    refuseArm(control, 'control') ?? refuseArm(treatment, 'treatment') ?? refuseValues(control, treatment);
  if (refusal) return refusal;
  return inferEffect(
    {
      controlMean: control.value,
      controlMeanVariance: control.variance / control.units,
      treatmentMean: treatment.value,
      treatmentMeanVariance: treatment.variance / treatment.units,
      degreesOfFreedom: welchDegreesOfFreedom(control, treatment),
      units: control.units + treatment.units,
    },
    options,
  );
}

/** A refusal for an arm of fewer than two units; throws RangeError for figures that are not finite. */
function refuseArm({ units, value, variance }: ArmEstimate, arm: string): Refusal | undefined {
  if (!(units >= 0 && Number.isFinite(value) && variance >= 0 && variance < Infinity)) {
    throw new RangeError(`the ${arm} estimate must be finite: units ${units}, value ${value}, variance ${variance}`);
  }
  if (units === 0) return refuse('no_units', `The ${arm} arm has no exposed unit.`);
  if (units < 2) return refuse('one_unit', `The ${arm} arm has a single exposed unit.`);
  return undefined;
}

/** A refusal for values from which no effect can be inferred; `variance` is 0 exactly for an arm without spread. */
export function refuseValues(
  control: { value: number; variance: number },
  treatment: { value: number; variance: number },
): Refusal | undefined {
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
