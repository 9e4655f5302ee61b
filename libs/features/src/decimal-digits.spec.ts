import { paddedDigits, shortLength } from './decimal-digits';

function textOf(word: number, length: number): string {
  return String.fromCharCode(...Array.from({ length }, (_, i) => (word >>> (8 * i)) & 0xff));
}

describe('decimal digits', () => {
  it('are those of the decimal text, for every number of up to four digits', () => {
    for (let value = 0; value < 10_000; value++) {
      const text = String(value);
      expect(shortLength(value)).toBe(text.length);
      expect(textOf(paddedDigits(value), 4)).toBe(text.padStart(4, '0'));
    }
  });
});
