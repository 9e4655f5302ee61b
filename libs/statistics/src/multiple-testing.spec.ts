import { readGolden } from '../test/golden-vectors';
import { seededRandom } from '../test/seeded-random';
import { benjaminiHochbergAdjusted, familyIntervalAlpha, holmAdjusted } from './multiple-testing';

interface Published {
  thrombolysis: { p: number[]; rejectedByBonferroni: number; rejectedByBenjaminiHochberg: number };
}

const atMost = (p: readonly number[], alpha: number): number => p.filter((value) => value <= alpha).length;

describe('tests of several metrics', () => {
  it('reject what the published example rejects', () => {
    const { p, rejectedByBonferroni, rejectedByBenjaminiHochberg } = readGolden<Published>('published').thrombolysis;
    expect(atMost(holmAdjusted(p), 0.05)).toBe(rejectedByBonferroni);
    expect(atMost(benjaminiHochbergAdjusted(p), 0.05)).toBe(rejectedByBenjaminiHochberg);
  });

  it('adjust by hand-computed factors, in the order given', () => {
    const [third, first, second] = holmAdjusted([0.04, 0.01, 0.015]);
    expect(first).toBeCloseTo(0.03, 15);
    expect(second).toBeCloseTo(0.03, 15);
    expect(third).toBeCloseTo(0.04, 15);
    benjaminiHochbergAdjusted([0.04, 0.01, 0.02]).forEach((value, i) =>
      expect(value).toBeCloseTo([0.04, 0.03, 0.03][i], 15),
    );
  });

  it('keep the order of the values and lie between the value and Bonferroni', () => {
    const random = seededRandom(4);
    for (let round = 0; round < 300; round += 1) {
      const p = Array.from({ length: 1 + Math.floor(12 * random()) }, () => random() ** 3);
      const [holm, hochberg] = [holmAdjusted(p), benjaminiHochbergAdjusted(p)];
      p.forEach((value, i) => {
        expect(hochberg[i]).toBeGreaterThanOrEqual(value);
        expect(holm[i]).toBeGreaterThanOrEqual(hochberg[i] - 1e-15);
        expect(holm[i]).toBeLessThanOrEqual(Math.min(1, value * p.length) + 1e-15);
        p.forEach((other, j) => {
          if (value <= other) expect(holm[i] <= holm[j] && hochberg[i] <= hochberg[j]).toBe(true);
        });
      });
    }
  });

  it('leave a single metric and an empty family as they are', () => {
    expect(holmAdjusted([0.3])).toEqual([0.3]);
    expect(benjaminiHochbergAdjusted([0.3])).toEqual([0.3]);
    expect(holmAdjusted([])).toEqual([]);
    expect(familyIntervalAlpha(0.05, 4)).toBe(0.0125);
  });

  it('reject what is no p-value', () => {
    expect(() => holmAdjusted([0.1, NaN])).toThrow(RangeError);
    expect(() => benjaminiHochbergAdjusted([1.1])).toThrow(RangeError);
    expect(() => familyIntervalAlpha(0.05, 0)).toThrow(RangeError);
    expect(() => familyIntervalAlpha(1, 2)).toThrow(RangeError);
  });
});
