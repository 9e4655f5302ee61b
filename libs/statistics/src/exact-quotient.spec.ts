import { seededRandom } from '../test/seeded-random';
import { exactQuotient } from './exact-quotient';

describe('exactQuotient', () => {
  it('gives the same double as IEEE division when both integers are exact doubles', () => {
    const random = seededRandom(1);
    for (let round = 0; round < 5000; round += 1) {
      const numerator = Math.floor((random() - 0.5) * 2 ** (1 + 52 * random()));
      const denominator = 1 + Math.floor(random() * 2 ** (1 + 51 * random()));
      expect(exactQuotient(BigInt(numerator), BigInt(denominator)) === numerator / denominator).toBe(true);
    }
  });

  it('keeps every digit of integers far beyond a double', () => {
    const big = 10n ** 400n;
    expect(exactQuotient(big + 1n, 3n * big)).toBe(1 / 3);
    expect(exactQuotient(7n * big, big)).toBe(7);
    expect(exactQuotient(1n, 10n ** 200n)).toBe(1e-200);
  });

  it('rounds a quotient just above the middle of two doubles upwards', () => {
    const middle = 2n ** 53n + 1n;
    const far = 2n ** 200n;
    expect(exactQuotient(middle, 1n)).toBe(2 ** 53);
    expect(exactQuotient(middle * far + 1n, far)).toBe(2 ** 53 + 2);
  });

  it('rejects a denominator that is not positive', () => {
    expect(() => exactQuotient(1n, 0n)).toThrow(RangeError);
    expect(() => exactQuotient(1n, -2n)).toThrow(RangeError);
  });
});
