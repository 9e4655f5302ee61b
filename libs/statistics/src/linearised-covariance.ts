import { productOf, sumOf, type CrossSums, type Quantity } from './cross-sums';
import { exactQuotient } from './exact-quotient';

/**
 * Sample covariance over units of two linearised quantities: (m - R d) / mean(d) for a ratio (Deng, Knoblich and Lu
 * 2018), the plain value for a mean. The centring is exact integer arithmetic, rounded once. Needs two units and
 * denominators that do not sum to 0.
 */
export function linearisedCovariance(sums: CrossSums, first: Quantity, second: Quantity): number {
  const { units } = sums;
  const m = sumOf(sums, first.numerator);
  const d = sumOf(sums, first.denominator);
  const x = sumOf(sums, second.numerator);
  const z = sumOf(sums, second.denominator);
  // The residuals m D - d M sum to 0 over units, so their products need no further centring.
  const spread =
    d * z * productOf(sums, first.numerator, second.numerator) -
    d * x * productOf(sums, first.numerator, second.denominator) -
    m * z * productOf(sums, first.denominator, second.numerator) +
    m * x * productOf(sums, first.denominator, second.denominator);
  return exactQuotient(units * units * spread, (units - 1n) * d * d * z * z);
}

/** Value of the quantity: a total over a total, or over the units. Its denominator must not sum to 0. */
export const quantityValue = (sums: CrossSums, { numerator, denominator }: Quantity): number =>
  exactQuotient(sumOf(sums, numerator), sumOf(sums, denominator));
