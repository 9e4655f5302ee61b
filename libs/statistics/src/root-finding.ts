/**
 * The `x` in [low, high] at which a continuous function changes its sign, to the last bits of a double: bisection
 * until the bracket holds no number between its ends. Throws RangeError without a change of sign.
 */
export function findRoot(low: number, high: number, value: (x: number) => number): number {
  const atLow = value(low);
  const atHigh = value(high);
  if (atLow === 0) return low;
  if (atHigh === 0) return high;
  if (!(atLow < 0 !== atHigh < 0)) throw new RangeError(`no change of sign between ${low} and ${high}`);
  let left = low;
  let right = high;
  for (;;) {
    const middle = left + (right - left) / 2;
    if (middle <= left || middle >= right) return middle;
    const atMiddle = value(middle);
    if (atMiddle === 0) return middle;
    if (atMiddle < 0 === atLow < 0) left = middle;
    else right = middle;
  }
}
