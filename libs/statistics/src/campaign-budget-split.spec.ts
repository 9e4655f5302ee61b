import { seededRandom } from '../test/seeded-random';
import { campaignDifferences, splitBudget } from './campaign-budget-split';

describe('a campaign budget split', () => {
  it('gives out every micro, in proportion to the shares', () => {
    const random = seededRandom(2);
    for (let round = 0; round < 500; round += 1) {
      const budget = BigInt(Math.floor(1e12 * random()));
      const first = 0.01 + 0.98 * random();
      const shares = [first, (1 - first) / 2, (1 - first) / 2];
      const parts = splitBudget(budget, shares);
      expect(parts.reduce((sum, part) => sum + part, 0n)).toBe(budget);
      parts.forEach((part, arm) => expect(Math.abs(Number(part) - Number(budget) * shares[arm])).toBeLessThan(2000));
    }
    expect(splitBudget(1_000_001n, [0.5, 0.5])).toEqual([500_001n, 500_000n]);
    expect(splitBudget(7n, [0.9, 0.1])).toEqual([6n, 1n]);
    expect(splitBudget(0n, [0.3, 0.7])).toEqual([0n, 0n]);
  });

  it('brings the totals of unequal arms to full traffic', () => {
    const rows = campaignDifferences([{ campaign: 'c-1', control: 90, treatment: 12 }], {
      controlShare: 0.9,
      treatmentShare: 0.1,
    });
    expect(rows).toEqual([{ campaign: 'c-1', control: 100, treatment: 120, difference: 20 }]);
  });

  it('rejects shares and budgets that mean nothing', () => {
    expect(() => splitBudget(-1n, [0.5, 0.5])).toThrow(RangeError);
    expect(() => splitBudget(1n, [1, 0])).toThrow(RangeError);
    expect(() => campaignDifferences([], { controlShare: 0, treatmentShare: 0.5 })).toThrow(RangeError);
  });
});
