import { capAmount, MINIMUM_UNITS_FOR_CAP, revenueCap, topUnitsShare } from './revenue-cap';

describe('the revenue cap', () => {
  it('leaves 99.9 % of the units as they are', () => {
    const amounts = Array.from({ length: 50_000 }, (_, unit) => unit + 1);
    const cap = revenueCap(amounts);
    expect(cap).toBe(49_950);
    expect(amounts.filter((amount) => capAmount(amount, cap as number) !== amount)).toHaveLength(50);
  });

  it('looks at the size of an amount and caps both ends', () => {
    const amounts = Array.from({ length: 50_000 }, (_, unit) => (unit % 2 === 0 ? -1 : 1) * (unit + 1));
    expect(revenueCap(amounts)).toBe(49_950);
    expect([-70, -3, 0, 4, 99].map((amount) => capAmount(amount, 50))).toEqual([-50, -3, 0, 4, 50]);
  });

  it('refuses too few units and a cap of 0', () => {
    expect(revenueCap(new Float64Array(MINIMUM_UNITS_FOR_CAP - 1).fill(3))).toMatchObject({
      reason: 'too_few_units_for_cap',
    });
    const sparse = new Float64Array(MINIMUM_UNITS_FOR_CAP);
    sparse[0] = 1e9;
    expect(revenueCap(sparse)).toMatchObject({ reason: 'too_few_nonzero_units' });
  });

  it('tells how much of the money the largest units hold', () => {
    expect(topUnitsShare([50, 1, 1, 1, -45, 2], 2)).toBe(0.95);
    expect(topUnitsShare([5, 5])).toBe(1);
    expect(topUnitsShare([0, 0, 0])).toBe(0);
    expect(topUnitsShare([])).toBe(0);
  });
});
