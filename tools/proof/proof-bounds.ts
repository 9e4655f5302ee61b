/** Range that a share of runs must lie in, both ends included. */
export interface ShareBounds {
  readonly low: number;
  readonly high: number;
}

// A proof of fewer runs than it is stated for may fail by chance this often on each side.
const CHANCE = 1e-4;

/**
 * Range for `runs` runs when the true share lies within `bounds`: shares outside it come up with a chance of at most
 * 1 in 10,000 on either side (exact binomial tails).
 */
export function boundsForFewerRuns(bounds: ShareBounds, runs: number): ShareBounds {
  const atLow = binomialProbabilities(runs, bounds.low);
  const atHigh = binomialProbabilities(runs, bounds.high);
  let low = 0;
  for (let tail = atLow[0]; tail <= CHANCE; tail += atLow[low]) low++;
  let high = runs;
  for (let tail = atHigh[runs]; tail <= CHANCE; tail += atHigh[high]) high--;
  return { low: low / runs, high: high / runs };
}

/** Probabilities of 0 to n successes, in logs where they would underflow. */
function binomialProbabilities(n: number, p: number): Float64Array {
  if (p === 0 || p === 1) return Float64Array.from({ length: n + 1 }, (_, k) => (k === n * p ? 1 : 0));
  const probabilities = new Float64Array(n + 1);
  let log = n * Math.log1p(-p);
  for (let k = 0; k <= n; k++) {
    probabilities[k] = Math.exp(log);
    log += Math.log((n - k) / (k + 1)) + Math.log(p / (1 - p));
  }
  return probabilities;
}
