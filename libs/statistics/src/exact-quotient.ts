const QUOTIENT_BITS = 66;

const bitLength = (value: bigint): number => value.toString(2).length;

/**
 * The double nearest to `numerator / denominator`, whatever the size of the two integers (for results above
 * 1e-300). Throws RangeError when the denominator is not positive.
 */
export function exactQuotient(numerator: bigint, denominator: bigint): number {
  if (denominator <= 0n) throw new RangeError(`denominator must be positive, got ${denominator}`);
  if (numerator < 0n) return -exactQuotient(-numerator, denominator);
  if (numerator === 0n) return 0;
  const shift = Math.max(0, QUOTIENT_BITS - (bitLength(numerator) - bitLength(denominator)));
  const shifted = numerator << BigInt(shift);
  const quotient = shifted / denominator;
  // A non-zero remainder must still break a tie of the last rounding, so it is kept as one sticky bit below the
  // quotient.
  const sticky = quotient * denominator === shifted ? 0n : 1n;
  return Number((quotient << 1n) | sticky) * 2 ** -(shift + 1);
}
