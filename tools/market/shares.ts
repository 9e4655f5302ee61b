/** Running shares of the weights, ending at 1: the table that `pick` searches. */
export function cumulativeShares(weights: ArrayLike<number>): Float64Array {
  const shares = new Float64Array(weights.length);
  let sum = 0;
  for (let i = 0; i < shares.length; i++) shares[i] = sum += weights[i];
  return shares.map((share) => share / sum);
}

/** Index that the uniform number `u` in [0, 1) falls on; index i comes up with its share. */
export function pick(shares: Float64Array, u: number): number {
  let low = 0;
  let high = shares.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (shares[middle] > u) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Shares of `count` ranked things under Zipf's law with the given exponent. */
export function zipfShares(count: number, exponent: number): Float64Array {
  return cumulativeShares(Float64Array.from({ length: count }, (_, i) => (i + 1) ** -exponent));
}
