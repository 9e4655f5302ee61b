import gammainc from '@stdlib/math-base-special-gammainc';

/** Probability that a chi-square variable with `degreesOfFreedom` > 0 is at least `statistic` >= 0. */
export const chiSquareUpperTail = (statistic: number, degreesOfFreedom: number): number =>
  gammainc(statistic / 2, degreesOfFreedom / 2, true, true);
