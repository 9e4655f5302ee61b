/**
 * Exact sums over the exposed units of one arm for several integer variables per unit, such as clicks, impressions and
 * the same two before the experiment: n, the sums, and the sums of all products (four variables make 14 sums).
 */
export interface CrossSums {
  units: bigint;
  sums: bigint[];
  /** Products of variables i <= j, row by row: (0,0), (0,1), ... (1,1), ... */
  products: bigint[];
}

/** A mean of one variable per exposed unit, or a ratio of the totals of two; by index into the sums. */
export interface Quantity {
  readonly numerator: number;
  readonly denominator?: number;
}

/** The sums of an arm without units, for `width` variables. */
export const emptyCrossSums = (width: number): CrossSums => ({
  units: 0n,
  sums: Array.from({ length: width }, () => 0n),
  products: Array.from({ length: (width * (width + 1)) / 2 }, () => 0n),
});

/** Adds one exposed unit to `sums`, in place. Throws RangeError when the number of values is not that of the sums. */
export function addUnitValues(sums: CrossSums, values: readonly bigint[]): void {
  if (values.length !== sums.sums.length) {
    throw new RangeError(`${values.length} values do not fit sums of ${sums.sums.length} variables`);
  }
  sums.units += 1n;
  let at = 0;
  for (let i = 0; i < values.length; i += 1) {
    sums.sums[i] += values[i];
    for (let j = i; j < values.length; j += 1) sums.products[at++] += values[i] * values[j];
  }
}

/** The sums of all units of several arms. Throws RangeError without arms or for arms of different widths. */
export function poolCrossSums(arms: readonly CrossSums[]): CrossSums {
  if (arms.length === 0) throw new RangeError('pooling needs at least one arm');
  const pooled = emptyCrossSums(arms[0].sums.length);
  for (const { units, sums, products } of arms) {
    if (sums.length !== pooled.sums.length) throw new RangeError('arms with different variables cannot be pooled');
    pooled.units += units;
    sums.forEach((sum, i) => (pooled.sums[i] += sum));
    products.forEach((product, i) => (pooled.products[i] += product));
  }
  return pooled;
}

/** Sum of variable `index`, or the units for an absent index: a mean is a ratio whose denominator is 1 for each unit. */
export function sumOf(sums: CrossSums, index: number | undefined): bigint {
  if (index === undefined) return sums.units;
  const sum = sums.sums.at(index);
  if (index < 0 || sum === undefined) throw new RangeError(`the sums have no variable ${index}`);
  return sum;
}

/** Sum of the products of two variables, either of which may be the constant 1 (absent). */
export function productOf(sums: CrossSums, i: number | undefined, j: number | undefined): bigint {
  if (i === undefined) return sumOf(sums, j);
  if (j === undefined) return sumOf(sums, i);
  const [row, column] = i <= j ? [i, j] : [j, i];
  sumOf(sums, row);
  sumOf(sums, column);
  const width = sums.sums.length;
  return sums.products[row * width - (row * (row - 1)) / 2 + column - row];
}
