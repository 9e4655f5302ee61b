import { chiSquareUpperTail } from './chi-square-distribution';
import { stirlingRemainder } from './log-gamma';

/** A p-value of the chi-square check below this is a warning; it is not made for repeated looks. */
export const SAMPLE_RATIO_WARNING_P = 0.001;

/** The level at which the sample ratio of one of `slices` slices is pointed out: a diagnosis, never a gate. */
export function sampleRatioSliceP(slices: number): number {
  if (!Number.isInteger(slices) || slices < 1) throw new RangeError(`there is at least one slice, got ${slices}`);
  return SAMPLE_RATIO_WARNING_P / slices;
}

/** A log Bayes factor above this (a factor of 1000) fails the gate; it may be looked at as often as one likes. */
export const SAMPLE_RATIO_GATE_LOG_BAYES_FACTOR = Math.log(1000);

/** Pearson's goodness-of-fit test of the units per arm. */
export interface SampleRatioChiSquare {
  statistic: number;
  degreesOfFreedom: number;
  p: number;
}

/** Evidence for "the arms do not get their planned shares" against "they do". */
export interface SampleRatioBayesFactor {
  logBayesFactor: number;
}

/**
 * Chi-square test of the exposed units per arm against the planned weights. An arm with weight 0 is left out with
 * its count: units in it are an assignment leak, not a mismatch of shares. Without any unit the statistic is 0.
 * Throws RangeError for bad counts or weights, or fewer than two arms with a weight.
 */
export function sampleRatioChiSquare(counts: readonly number[], weights: readonly number[]): SampleRatioChiSquare {
  const { arms, total } = plannedArms(counts, weights);
  let statistic = 0;
  for (const { count, share } of total > 0 ? arms : []) {
    const expected = total * share;
    statistic += (count - expected) ** 2 / expected;
  }
  const degreesOfFreedom = arms.length - 1;
  return { statistic, degreesOfFreedom, p: chiSquareUpperTail(statistic, degreesOfFreedom) };
}

/**
 * Anytime-valid mismatch check (Lindon and Malek 2022): log Bayes factor of shares drawn from a Dirichlet prior
 * with parameters `concentration` times the planned shares, against exactly the planned shares. Arms and errors as in
 * `sampleRatioChiSquare`.
 */
export function sampleRatioBayesFactor(
  counts: readonly number[],
  weights: readonly number[],
  concentration = 100,
): SampleRatioBayesFactor {
  if (!(concentration > 0 && concentration < Infinity)) {
    throw new RangeError(`concentration must be a positive number, got ${concentration}`);
  }
  const { arms, total } = plannedArms(counts, weights);
  const posteriorTotal = concentration + total;
  // The log-gammas of the closed form are expanded by Stirling, whose large terms cancel on paper; what is left
  // keeps its digits for billions of units.
  let log =
    Math.log1p(total / concentration) / 2 + stirlingRemainder(concentration) - stirlingRemainder(posteriorTotal);
  for (const { count, share } of arms) {
    const prior = concentration * share;
    const posterior = prior + count;
    const excess = count - total * share;
    log += posterior * Math.log1p(excess / (posteriorTotal * share)) - excess;
    log += stirlingRemainder(posterior) - stirlingRemainder(prior) - Math.log1p(count / prior) / 2;
  }
  return { logBayesFactor: log };
}

interface PlannedArm {
  count: number;
  share: number;
}

function plannedArms(
  counts: readonly number[],
  weights: readonly number[],
): { arms: readonly PlannedArm[]; total: number } {
  if (counts.length !== weights.length) {
    throw new RangeError(`${counts.length} counts do not match ${weights.length} weights`);
  }
  const badCount = counts.find((count) => !Number.isSafeInteger(count) || count < 0);
  if (badCount !== undefined) throw new RangeError(`a count must be a whole number of units, got ${badCount}`);
  const badWeight = weights.find((weight) => !(weight >= 0 && weight < Infinity));
  if (badWeight !== undefined) throw new RangeError(`a weight must be zero or positive, got ${badWeight}`);

  const planned = counts.map((count, arm) => ({ count, weight: weights[arm] })).filter(({ weight }) => weight > 0);
  if (planned.length < 2) throw new RangeError('a sample ratio needs at least two arms with a weight');
  const weightTotal = planned.reduce((sum, { weight }) => sum + weight, 0);
  return {
    arms: planned.map(({ count, weight }) => ({ count, share: weight / weightTotal })),
    total: planned.reduce((sum, { count }) => sum + count, 0),
  };
}
