import { estimateArm } from './arm-estimate';
import type { ArmSums } from './arm-sums';
import { around } from './effect';
import type { Interval } from './interval';
import { refuse, type Refusal } from './refusal';
import { studentCriticalValue } from './student-t-distribution';

/** Predicted over actual clicks that a model may show without being called out. */
export const CALIBRATION_RANGE: Readonly<Interval> = { low: 0.9, high: 1.1 };

/** Predicted clicks below which calibration is not judged. */
export const MINIMUM_EXPECTED_CLICKS = 50;

/** Predicted probabilities are summed as integers in units of this. */
export const PROBABILITY_UNIT = 1e-9;

/** How many clicks a model promised for each that came. */
export interface Calibration {
  expectedClicks: number;
  actualClicks: number;
  /** Predicted over actual; Infinity without a click. */
  ratio: number;
  /** Clustered by unit; without a click both ends are Infinity. */
  interval: Interval;
  /** True when the interval lies wholly outside the range, either way. */
  miscalibrated: boolean;
}

/**
 * Calibration of one arm over its impressions: per unit, `m` is the sum of predicted probabilities in 1e-9 and `d` the
 * clicks; the interval is the ratio's, by the delta method over units. Refuses fewer than two units or 50 expected
 * clicks. Throws RangeError for sums that no data can have.
 */
export function judgeCalibration(sums: ArmSums, alpha: number): Calibration | Refusal {
  const expectedClicks = Number(sums.sumM) * PROBABILITY_UNIT;
  const actualClicks = Number(sums.sumD);
  if (expectedClicks < MINIMUM_EXPECTED_CLICKS) {
    return refuse(
      'too_few_expected_clicks',
      `Calibration needs ${MINIMUM_EXPECTED_CLICKS} expected clicks, there are ${expectedClicks.toFixed(1)}.`,
    );
  }
  if (sums.units < 2n) return refuse('one_unit', 'One exposed unit says nothing about the spread between units.');
  if (sums.sumD === 0n) {
    const interval = { low: Infinity, high: Infinity };
    return { expectedClicks, actualClicks, ratio: Infinity, interval, miscalibrated: true };
  }
  const estimate = estimateArm('ratio', sums, PROBABILITY_UNIT);
  if ('refused' in estimate) return estimate;
  const { value: ratio, variance, units } = estimate;
  const interval = around(ratio, studentCriticalValue(alpha, units - 1) * Math.sqrt(variance / units));
  const miscalibrated = interval.low > CALIBRATION_RANGE.high || interval.high < CALIBRATION_RANGE.low;
  return { expectedClicks, actualClicks, ratio, interval, miscalibrated };
}
