import { readGolden, relativeDiscrepancy } from '../test/golden-vectors';
import { seededRandom } from '../test/seeded-random';
import { confidenceSequenceCriticalValue } from './confidence-sequence';
import { oneSidedAlwaysValidP, oneSidedCriticalValue } from './one-sided-sequence';

interface OneSidedGolden {
  cases: {
    n: number;
    plannedUnits: number;
    alpha: number;
    criticalValue: number;
    alwaysValid: { statistic: number; p: number }[];
  }[];
}

describe('the one-sided confidence sequence', () => {
  it('agrees with the golden vectors', () => {
    for (const { n, plannedUnits, alpha, criticalValue, alwaysValid } of readGolden<OneSidedGolden>(
      'one-sided-sequence',
    ).cases) {
      expect(relativeDiscrepancy(oneSidedCriticalValue(n, plannedUnits, alpha), criticalValue)).toBeLessThan(1e-12);
      for (const { statistic, p } of alwaysValid) {
        expect(relativeDiscrepancy(oneSidedAlwaysValidP(statistic, n, plannedUnits, alpha), p)).toBeLessThan(1e-10);
      }
    }
  });

  it('gives a p of exactly alpha at its critical value', () => {
    const random = seededRandom(17);
    for (let round = 0; round < 2000; round += 1) {
      const n = 2 + Math.floor(10 ** (6 * random()));
      const plannedUnits = 2 + Math.floor(10 ** (6 * random()));
      const alpha = 0.001 + 0.3 * random();
      const critical = oneSidedCriticalValue(n, plannedUnits, alpha);
      expect(relativeDiscrepancy(oneSidedAlwaysValidP(critical, n, plannedUnits, alpha), alpha)).toBeLessThan(1e-9);
      expect(oneSidedAlwaysValidP(critical * 0.999, n, plannedUnits, alpha)).toBeGreaterThan(alpha);
    }
  });

  it('is closer to the estimate than the two-sided one of the same error', () => {
    for (const n of [100, 5000, 200_000]) {
      expect(oneSidedCriticalValue(n, 5000, 0.05)).toBeLessThan(confidenceSequenceCriticalValue(n, 5000, 0.05));
    }
  });

  it('has nothing to say for an effect in the other direction', () => {
    expect(oneSidedAlwaysValidP(-8, 1000, 1000, 0.05)).toBe(1);
    expect(oneSidedAlwaysValidP(0, 1000, 1000, 0.05)).toBe(1);
  });

  it('rejects arguments out of range', () => {
    expect(() => oneSidedCriticalValue(100, 100, 0.5)).toThrow(RangeError);
    expect(() => oneSidedCriticalValue(0, 100, 0.05)).toThrow(RangeError);
    expect(() => oneSidedAlwaysValidP(1, 100, NaN, 0.05)).toThrow(RangeError);
  });
});
