import { confidenceSequenceCriticalValue } from './confidence-sequence';
import { normalCdf, normalQuantile } from './normal-distribution';
import { findRoot } from './root-finding';

/** How an experiment decides, and with which two-sided error. */
export interface DecisionRule {
  mode: 'fixed' | 'sequential';
  alpha: number;
}

/** A planned comparison: per-unit variances of both arms and the shares of the exposed units that they get. */
export interface PlannedArms {
  controlVariance: number;
  treatmentVariance: number;
  controlShare: number;
  treatmentShare: number;
}

/**
 * Power of the two-sided decision about an effect of `effect` standard errors, at the planned units: normal
 * approximation of the fixed test, and for the sequence its chance to exclude 0 at that one look, which many looks
 * exceed. Throws RangeError for an alpha out of range.
 */
export function decisionPower(effect: number, rule: DecisionRule): number {
  const critical = plannedCriticalValue(rule);
  return normalCdf(effect - critical) + normalCdf(-effect - critical);
}

/**
 * Power at `n` exposed units of a sequence planned for `plannedUnits`, for an absolute `effect` whose estimate has
 * standard error `standardError` there.
 */
export function sequentialPowerAt(
  effect: number,
  standardError: number,
  { n, plannedUnits, alpha }: { n: number; plannedUnits: number; alpha: number },
): number {
  const critical = confidenceSequenceCriticalValue(n, plannedUnits, alpha);
  const statistic = effect / standardError;
  return normalCdf(statistic - critical) + normalCdf(-statistic - critical);
}

/** Smallest effect, in standard errors, that is found with the given power at the planned units. */
export function detectableEffect(power: number, rule: DecisionRule): number {
  if (!(power > rule.alpha && power < 1)) throw new RangeError(`power must lie between alpha and 1, got ${power}`);
  const critical = plannedCriticalValue(rule);
  const high = critical + normalQuantile(power) + 1;
  return findRoot(0, Math.max(1, high), (effect) => decisionPower(effect, rule) - power);
}

/** Smallest absolute effect that `units` exposed units in all arms compared find with the given power. */
export function minimumDetectableEffect(arms: PlannedArms, units: number, power: number, rule: DecisionRule): number {
  if (!(units >= 2 && units < Infinity)) throw new RangeError(`a plan needs at least two units, got ${units}`);
  return detectableEffect(power, rule) * Math.sqrt(varianceOfOneUnit(arms) / units);
}

/**
 * Smallest number of exposed units in both arms with which an absolute effect is found with the given power. For a
 * lift, multiply it by the size of the control value first. Throws RangeError for figures out of range.
 */
export function unitsToDetect(arms: PlannedArms, effect: number, power: number, rule: DecisionRule): number {
  const size = Math.abs(effect);
  if (!(size > 0 && size < Infinity)) throw new RangeError(`an effect to detect must not be 0, got ${effect}`);
  return Math.max(2, Math.ceil(varianceOfOneUnit(arms) * (detectableEffect(power, rule) / size) ** 2));
}

function plannedCriticalValue({ mode, alpha }: DecisionRule): number {
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`alpha must lie between 0 and 1, got ${alpha}`);
  switch (mode) {
    case 'fixed':
      return normalQuantile(1 - alpha / 2);
    case 'sequential':
      return confidenceSequenceCriticalValue(1, 1, alpha);
  }
}

/** Variance of the difference of the arms' means times the number of units in both arms. */
function varianceOfOneUnit({ controlVariance, treatmentVariance, controlShare, treatmentShare }: PlannedArms): number {
  const total = controlShare + treatmentShare;
  if (!(controlShare > 0 && treatmentShare > 0 && total <= 1 + 1e-9)) {
    throw new RangeError(`both arms need a share, together at most 1: ${controlShare}, ${treatmentShare}`);
  }
  if (!(controlVariance >= 0 && treatmentVariance >= 0 && controlVariance + treatmentVariance > 0)) {
    throw new RangeError(`variances must not be negative nor both 0: ${controlVariance}, ${treatmentVariance}`);
  }
  return controlVariance / (controlShare / total) + treatmentVariance / (treatmentShare / total);
}
