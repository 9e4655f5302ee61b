import type { ArmEstimate } from './arm-estimate';

/**
 * Welch's degrees of freedom for the difference of two arms (Welch 1947), from the variances of both arms and their
 * units, at least two each; one of the variances must be positive.
 */
export function welchDegreesOfFreedom(control: ArmEstimate, treatment: ArmEstimate): number {
  const controlPart = control.variance / control.units;
  const treatmentPart = treatment.variance / treatment.units;
  const share = controlPart / (controlPart + treatmentPart);
  const rest = treatmentPart / (controlPart + treatmentPart);
  return 1 / ((share * share) / (control.units - 1) + (rest * rest) / (treatment.units - 1));
}
