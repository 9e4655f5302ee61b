import { CampaignBudgets, scarceBudgets, SHARED } from './campaign-budgets';
import { makeWorld } from './make-world';
import { uniform } from './random';

describe('budgets of campaigns', () => {
  it('are never overdrawn, by an arm and campaign, whatever the order of bids', () => {
    const budget = Float64Array.from([100, 1000, Infinity]);
    const left = new CampaignBudgets(budget);
    const parts = [
      { arm: 'a', share: 0.3 },
      { arm: 'b', share: 0.5 },
      { arm: '', share: 0.2 },
    ];
    const spent = parts.map(() => [0, 0, 0]);
    for (let i = 0; i < 3000; i++) {
      const arm = Math.floor(3 * uniform(5, 1, i));
      const campaign = Math.floor(3 * uniform(5, 2, i));
      const bid = 1 + Math.floor(9 * uniform(5, 3, i));
      if (!left.canPay(parts[arm], campaign, bid)) continue;
      left.pay(parts[arm], campaign, bid);
      spent[arm][campaign] += bid;
    }
    for (const [arm, { share }] of parts.entries()) {
      for (const campaign of [0, 1]) {
        expect(spent[arm][campaign]).toBeLessThanOrEqual(budget[campaign] * share);
        // Nor is any of it left over that a bid could have had.
        expect(spent[arm][campaign]).toBeGreaterThan(budget[campaign] * share - 10);
      }
      expect(left.canPay(parts[arm], 2, 1e12)).toBe(true);
    }
  });

  it('are one for all where they are shared', () => {
    const left = new CampaignBudgets(Float64Array.from([10]));
    left.pay(SHARED, 0, 9);
    expect(left.canPay(SHARED, 0, 1)).toBe(true);
    expect(left.canPay(SHARED, 0, 2)).toBe(false);
  });

  it('run out for 95 % of campaigns, at 15 to 40 % of what they would spend', () => {
    const world = makeWorld(3);
    const spendByCampaign = Float64Array.from(world.campaigns, () => 1000);
    const unbound = { impressions: 0, clicks: 0, spendMicros: 0, spendByCampaign, ctr: 0, rpmMicros: 0 };
    const budgets = scarceBudgets(world, unbound);
    const bound = budgets.filter(Number.isFinite);
    expect(bound.length).toBeGreaterThanOrEqual(52);
    expect(bound.length).toBeLessThan(60);
    for (const budget of bound) expect(budget >= 150 && budget <= 400).toBe(true);
    expect(scarceBudgets(world, unbound)).toEqual(budgets);
  });
});
