/** The text `0000` as a word. */
export const ZEROS = 0x30303030;

const CHUNK = 10_000;

/** Largest whole number, exclusive, whose digits two words of {@link paddedDigits} hold. */
export const EIGHT_DIGITS = CHUNK * CHUNK;

/** Number of decimal digits of 0 to 9999. */
export function shortLength(value: number): number {
  return value < 100 ? (value < 10 ? 1 : 2) : value < 1000 ? 3 : 4;
}

/**
 * Decimal digits of 0 to 9999 with leading zeros as the bytes of a little-endian word, first digit lowest. Both halves
 * are divided at once, in registers: a table of all answers would have left the processor's cache between two requests.
 */
export function paddedDigits(value: number): number {
  // 5243 / 2^19 is 1 / 100 and 103 / 2^10 is 1 / 10, close enough for every number that comes here.
  const hundreds = Math.imul(value, 5243) >>> 19;
  const pairs = hundreds | ((value - Math.imul(hundreds, 100)) << 16);
  const tens = (Math.imul(pairs, 103) >>> 10) & 0x000f000f;
  return tens | ((pairs - Math.imul(tens, 10)) << 8) | ZEROS;
}
