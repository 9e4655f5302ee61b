/** Significant digits that PostgreSQL keeps of a `real` that becomes a `numeric`. */
const DIGITS = 6;

/**
 * A probability of single precision in 1e-9, as PostgreSQL has it by `round(p::numeric * 1000000000)`: the decimal of six
 * significant digits that is nearest, the even one of two, and a half of 1e-9 upwards. Sums that are made here and
 * recounted there must be the same to the digit.
 */
export function billionths(p: number): number {
  if (p === 0) return 0;
  const [mantissa = '', exponent = ''] = sixDigits(p).split('e');
  const digits = Number(mantissa.replace('.', ''));
  // digits * 10^shift is the number in 1e-9.
  const shift = Number(exponent) - (DIGITS - 1) + 9;
  if (shift >= 0) return digits * 10 ** shift;
  const unit = 10 ** -shift;
  return Math.floor((digits + unit / 2) / unit);
}

function sixDigits(p: number): string {
  const text = p.toExponential(DIGITS - 1);
  // Of two that are equally near the engine takes the larger, PostgreSQL the even one.
  const more = p.toExponential(DIGITS);
  const [mantissa = ''] = more.split('e');
  if (!mantissa.endsWith('5') || Number(more) !== p) return text;
  const even = Number(mantissa.at(-2)) % 2 === 0;
  return even ? more.replace(/5e/, 'e') : text;
}
