import fc from 'fast-check';
import { firstRepeated } from './repeated-text';

describe('firstRepeated', () => {
  it('finds the first text that was there before, as comparing all with all does', () => {
    const text = fc.oneof(fc.constantFrom('', 'a', 'b', 'ab', 'ba'), fc.string({ unit: 'binary', maxLength: 6 }));
    fc.assert(
      fc.property(fc.array(text, { maxLength: 60 }), (texts) => {
        expect(firstRepeated(texts)).toBe(texts.findIndex((one, i) => texts.indexOf(one) < i));
      }),
    );
  });

  it('finds nothing among as many different texts as it takes, and refuses more', () => {
    const texts = Array.from({ length: 2048 }, (_, i) => `ad-${i}`);
    expect(firstRepeated(texts)).toBe(-1);
    expect(firstRepeated([...texts.slice(1), 'ad-77'])).toBe(2047);
    expect(() => firstRepeated([...texts, 'one more'])).toThrow('at most 2048 texts, got 2049');
  });
});
