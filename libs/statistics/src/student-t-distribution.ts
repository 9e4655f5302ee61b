import betainc from '@stdlib/math-base-special-betainc';
import quantile from '@stdlib/stats-base-dists-t-quantile';

/**
 * Probability that a Student t variable with `degreesOfFreedom` > 0 is at least as far from zero as `statistic`
 * (the two-sided p-value).
 */
export function studentTwoSidedP(statistic: number, degreesOfFreedom: number): number {
  const square = statistic * statistic;
  const total = degreesOfFreedom + square;
  // Both forms are equal; the smaller argument is the one that a double holds without losing digits near 1.
  return square < degreesOfFreedom
    ? betainc(square / total, 0.5, degreesOfFreedom / 2, true, true)
    : betainc(degreesOfFreedom / total, degreesOfFreedom / 2, 0.5);
}

/** Probability that a Student t variable with `degreesOfFreedom` > 0 is at most `t`. */
export function studentCdf(t: number, degreesOfFreedom: number): number {
  const tail = studentTwoSidedP(t, degreesOfFreedom) / 2;
  return t < 0 ? tail : 1 - tail;
}

/** The distance from zero that a Student t variable exceeds with probability `alpha`, both sides together. */
export const studentCriticalValue = (alpha: number, degreesOfFreedom: number): number =>
  -quantile(alpha / 2, degreesOfFreedom);
