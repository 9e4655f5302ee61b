/** Significant digits that PostgreSQL keeps of a `real` that becomes a `numeric`, and the least number that has them. */
const DIGITS = 6;
const LEAST = 10 ** (DIGITS - 1);
/** 24 bits of a `real` times 5^12 are 52 bits: up to this power of ten the product below is exact. */
const EXACT_POWER = 12;

/**
 * A probability of single precision in 1e-9, as PostgreSQL has it by `round(p::numeric * 1000000000)`: the decimal of six
 * significant digits that is nearest, the even one of two, and a half of 1e-9 upwards. Sums that are made here and
 * recounted there must be the same to the digit.
 */
export function billionths(p: number): number {
  if (p === 0) return 0;
  let power = DIGITS - 1;
  while (power < EXACT_POWER && p * 10 ** power < LEAST) power++;
  const scaled = p * 10 ** power;
  return scaled < LEAST ? billionthsOfText(p) : inBillionths(halfToEven(scaled), 9 - power);
}

/** No number as small as these lies half way between two decimals of six digits. */
function billionthsOfText(p: number): number {
  const [mantissa = '', exponent = ''] = p.toExponential(DIGITS - 1).split('e');
  return inBillionths(Number(mantissa.replace('.', '')), Number(exponent) - (DIGITS - 1) + 9);
}

/** `digits * 10^shift`, a half upwards. */
function inBillionths(digits: number, shift: number): number {
  if (shift >= 0) return digits * 10 ** shift;
  const unit = 10 ** -shift;
  return Math.floor((digits + unit / 2) / unit);
}

function halfToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}
