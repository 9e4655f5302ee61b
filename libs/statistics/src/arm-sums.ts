/**
 * Exact sums over the exposed units of one arm; a unit with a zero outcome counts. Per unit, `m` is the numerator and
 * `d` the denominator of the metric (for a mean, `d` plays no part), both integers such as counts or micros.
 */
export interface ArmSums {
  units: bigint;
  sumM: bigint;
  sumD: bigint;
  sumMM: bigint;
  sumDD: bigint;
  sumMD: bigint;
  /** Units whose numerator is not zero. */
  unitsWithM: bigint;
}

/** The sums of an arm without units. */
export const emptyArmSums = (): ArmSums => ({
  units: 0n,
  sumM: 0n,
  sumD: 0n,
  sumMM: 0n,
  sumDD: 0n,
  sumMD: 0n,
  unitsWithM: 0n,
});

/** Adds one exposed unit with numerator `m` and denominator `d` to `sums`, in place. */
export function addUnit(sums: ArmSums, m: bigint, d: bigint): void {
  sums.units += 1n;
  sums.sumM += m;
  sums.sumD += d;
  sums.sumMM += m * m;
  sums.sumDD += d * d;
  sums.sumMD += m * d;
  if (m !== 0n) sums.unitsWithM += 1n;
}
