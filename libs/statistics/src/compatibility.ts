import type { ArmEstimate } from './arm-estimate';
import { confidenceSequenceCriticalValue } from './confidence-sequence';
import { around, type AbsoluteEffect, type ComparisonOptions, type RelativeEffect } from './effect';
import type { Interval } from './interval';
import { normalCdf, normalQuantile } from './normal-distribution';
import type { BernoulliCount } from './small-counts';

/**
 * Figures as other platforms compute them, to compare reports with theirs. None of them is used for a decision here,
 * and each says what is wrong with it.
 */

/**
 * Relative interval that takes the control value for known: the absolute interval over the control value. Too narrow
 * for large lifts (covers 91 % instead of 95 % at a lift of 30 %).
 */
export const relativeIntervalWithKnownControl = (
  { low, high }: Pick<AbsoluteEffect, 'low' | 'high'>,
  controlValue: number,
): Interval => ({ low: low / Math.abs(controlValue), high: high / Math.abs(controlValue) });

/** Symmetric normal interval of the lift by the delta method; may disagree with the absolute test about zero. */
export const deltaMethodRelativeInterval = (
  { lift, standardError }: Pick<RelativeEffect, 'lift' | 'standardError'>,
  alpha: number,
): Interval => around(lift, normalQuantile(1 - alpha / 2) * standardError);

/**
 * Confidence sequence laid straight around the lift with its delta-method error, at `n` exposed units. Rejects far more
 * than alpha in an A/A of sparse money, where the lift is skewed.
 */
export const linearRelativeSequence = (
  { lift, standardError }: Pick<RelativeEffect, 'lift' | 'standardError'>,
  n: number,
  { alpha, plannedUnits }: ComparisonOptions,
): Interval => around(lift, confidenceSequenceCriticalValue(n, plannedUnits, alpha) * standardError);

/**
 * Pooled z-test of two click rates that takes every impression for independent. Rejects more than alpha where users
 * differ and see several impressions (11.5 % at a nominal 5 % in one A/A). Returns NaN when there is no click at all.
 */
export function perImpressionZTest(
  control: BernoulliCount,
  treatment: BernoulliCount,
): { statistic: number; p: number } {
  const [pa, pb] = [control.successes / control.units, treatment.successes / treatment.units];
  const pooled = (control.successes + treatment.successes) / (control.units + treatment.units);
  const statistic = (pb - pa) / Math.sqrt(pooled * (1 - pooled) * (1 / control.units + 1 / treatment.units));
  return { statistic, p: 2 * normalCdf(-Math.abs(statistic)) };
}

/** Normal in place of Student's t for the absolute effect: narrower for few units. */
export function zTestOfMeans(control: ArmEstimate, treatment: ArmEstimate): { statistic: number; p: number } {
  const variance = control.variance / control.units + treatment.variance / treatment.units;
  const statistic = (treatment.value - control.value) / Math.sqrt(variance);
  return { statistic, p: 2 * normalCdf(-Math.abs(statistic)) };
}
