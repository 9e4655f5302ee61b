import erfc from '@stdlib/math-base-special-erfc';
import erfcinv from '@stdlib/math-base-special-erfcinv';

/** Probability that a standard normal variable is at most `z`; keeps its relative precision in the lower tail. */
export const normalCdf = (z: number): number => 0.5 * erfc(-z / Math.SQRT2);

/** The `z` with `normalCdf(z) = p`, for `p` in [0, 1]; NaN outside. */
export const normalQuantile = (p: number): number => -Math.SQRT2 * erfcinv(2 * p);
