const CHUNK = 10_000;

/**
 * Decimal digits of 0 to 9999 as the bytes of a little-endian word, first digit lowest: `SHORT` without leading zeros,
 * `PADDED` with them. Hashing whole numbers needs their text, and making it digit by digit costs more than the hash.
 */
const SHORT = new Int32Array(CHUNK);
const PADDED = new Int32Array(CHUNK);
for (let value = 0; value < CHUNK; value++) {
  SHORT[value] = wordOf(String(value));
  PADDED[value] = wordOf(String(value).padStart(4, '0'));
}

function wordOf(digits: string): number {
  let word = 0;
  for (let i = 0; i < digits.length; i++) word |= digits.charCodeAt(i) << (8 * i);
  return word;
}

/** Largest whole number, exclusive, that the two words of a {@link shortDigits} look-up hold. */
export const EIGHT_DIGITS = CHUNK * CHUNK;

/** Number of decimal digits of 0 to 9999. */
export function shortLength(value: number): number {
  return value < 100 ? (value < 10 ? 1 : 2) : value < 1000 ? 3 : 4;
}

/** Digits of 0 to 9999 without leading zeros, as a word. */
export function shortDigits(value: number): number {
  return SHORT[value];
}

/** Four digits of 0 to 9999 with leading zeros, as a word. */
export function paddedDigits(value: number): number {
  return PADDED[value];
}
