/**
 * Holm's adjusted p-values (Holm 1979), in the order given: hypotheses whose value is at most alpha may all be
 * rejected with a chance of at most alpha that any of them is true. For an experiment's goals.
 */
export function holmAdjusted(p: readonly number[]): number[] {
  const order = ascending(p);
  const adjusted = new Array<number>(p.length);
  let highest = 0;
  order.forEach((index, rank) => {
    highest = Math.max(highest, Math.min(1, (p.length - rank) * p[index]));
    adjusted[index] = highest;
  });
  return adjusted;
}

/**
 * Adjusted p-values of Benjamini and Hochberg (1995), in the order given: of the hypotheses whose value is at most
 * alpha, a share of at most alpha is expected to be true. For secondary metrics.
 */
export function benjaminiHochbergAdjusted(p: readonly number[]): number[] {
  const order = ascending(p);
  const adjusted = new Array<number>(p.length);
  let lowest = 1;
  for (let rank = order.length - 1; rank >= 0; rank -= 1) {
    lowest = Math.min(lowest, p[order[rank]] * (p.length / (rank + 1)));
    adjusted[order[rank]] = lowest;
  }
  return adjusted;
}

/** Error level of each of `count` intervals that are to hold together with error `alpha` (Bonferroni). */
export function familyIntervalAlpha(alpha: number, count: number): number {
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`alpha must lie between 0 and 1, got ${alpha}`);
  if (!Number.isInteger(count) || count < 1) throw new RangeError(`a family has at least one interval, got ${count}`);
  return alpha / count;
}

function ascending(p: readonly number[]): number[] {
  const bad = p.find((value) => !(value >= 0 && value <= 1));
  if (bad !== undefined) throw new RangeError(`a p-value lies between 0 and 1, got ${bad}`);
  return p.map((_, index) => index).sort((a, b) => p[a] - p[b] || a - b);
}
