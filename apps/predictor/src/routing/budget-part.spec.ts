import { outside, parsePlan } from '@adlift/assignment';
import { budgetOfArm, restOfBudgets, WHOLE_BUDGET } from './budget-part';

const payload = (budgetShare?: number): string =>
  JSON.stringify({ ctr: 'click@1', explore: 0, phase: 1, currency: 'EUR', ...(budgetShare && { budgetShare }) });
const variants = (...shares: (number | undefined)[]): ReadonlyMap<string, string> =>
  new Map(shares.map((share, i) => [`v${i}`, payload(share)]));
const flag = { experiment: 'x', digest: 'sha256:0', recorded: true };

describe('the part of a campaign budget', () => {
  it('is all of it where no experiment splits budgets', () => {
    expect(restOfBudgets([], 0)).toBe(WHOLE_BUDGET);
    expect(restOfBudgets([variants(undefined, undefined)], 0.1)).toBe(WHOLE_BUDGET);
  });

  it.each([
    [0, [0.3, 0.3]],
    [0.1, [0.3, 0.3]],
    [0.05, [0.25, 0.5]],
  ])('adds up to all of it over arms and the rest, with a share of %d held out', (heldOut, shares) => {
    const rest = restOfBudgets([variants(...shares), variants(0.1), variants()], heldOut);
    const arms = [...shares, 0.1].map((share) => {
      const plan = parsePlan(payload(share));
      if (plan === undefined) throw new Error('the payload is a plan');
      const part = budgetOfArm({ ...outside(flag, 'no_unit'), assigned: 'v' }, plan, heldOut);
      expect(part.arm).toBe('x:v');
      return part.share;
    });
    expect(arms.reduce((sum, share) => sum + share, rest.share)).toBeCloseTo(1, 12);
    expect(rest.arm).toBe('');
  });

  it('is told as next to nothing where arms have it all, and not as a budget that nobody splits', () => {
    for (const shares of [[0.5, 0.5], [1 / 3, 1 / 3, 1 / 3], [1]]) {
      const { arm, share } = restOfBudgets([variants(...shares)], 0);
      expect(arm).toBe('');
      expect(share).toBeGreaterThan(0);
      expect(share).toBeLessThan(1e-8);
    }
  });

  it.each([0, -0.1, 1.1, '0.5', null])('of a payload with the share %j is no plan', (budgetShare) => {
    const text = JSON.stringify({ ctr: 'click@1', explore: 0, phase: 1, budgetShare });
    expect(parsePlan(text)).toBeUndefined();
  });
});
