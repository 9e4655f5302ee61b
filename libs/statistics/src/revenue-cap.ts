import { refuse, type Refusal } from './refusal';

/** Share of units whose amounts stay as they are. */
export const CAP_QUANTILE = 0.999;

/** Units of all arms together that a cap needs: below, the quantile rests on fewer than 40 units. */
export const MINIMUM_UNITS_FOR_CAP = 40_000;

/**
 * The cap of a phase: the 99.9 % quantile of the size of the units' amounts, over all arms together so that it cannot
 * favour one, and zeros included. Fix it after the burn-in and leave it. Amounts are integers such as micros. Refuses
 * fewer than 40,000 units, and a quantile of 0, which would cap everything away.
 */
export function revenueCap(amounts: ArrayLike<number>): number | Refusal {
  const units = amounts.length;
  if (units < MINIMUM_UNITS_FOR_CAP) {
    return refuse('too_few_units_for_cap', `A cap needs ${MINIMUM_UNITS_FOR_CAP} units, there are ${units}.`);
  }
  const sizes = Float64Array.from(amounts, Math.abs).sort();
  const cap = sizes[Math.ceil(CAP_QUANTILE * units) - 1];
  if (!(cap > 0)) return refuse('too_few_nonzero_units', 'Less than one unit in a thousand has an amount.');
  return cap;
}

/** The amount, no further from 0 than `cap` on either side. */
export const capAmount = (amount: number, cap: number): number => Math.max(-cap, Math.min(cap, amount));

/** Share of all amounts' size that the `count` largest units hold, from 0 to 1; 0 when there are no amounts. */
export function topUnitsShare(amounts: ArrayLike<number>, count = 10): number {
  const sizes = Float64Array.from(amounts, Math.abs).sort();
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total === 0) return 0;
  return sizes.subarray(Math.max(0, sizes.length - count)).reduce((sum, size) => sum + size, 0) / total;
}
