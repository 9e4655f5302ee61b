/** A confidence interval or one instant of a confidence sequence, in the units of what it bounds. */
export interface Interval {
  low: number;
  high: number;
}
