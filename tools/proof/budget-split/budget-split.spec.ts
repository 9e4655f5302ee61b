import { judgeDesigns } from './budget-split';
import { compareDesigns, type DesignOutcome, type MeasuredLift } from './compare-designs';
import { drawMarket } from './first-price-market';
import { playMarket } from './play-market';

const around = (lift: number, reach = 0.04): MeasuredLift => ({ lift, low: lift - reach, high: lift + reach });

/** 150 markets whose estimates are off by what is given, with a little noise that cancels. */
const markets = (byUserOff: number, splitOff: number, freeOff = 0): DesignOutcome[] =>
  Array.from({ length: 150 }, (_, i) => {
    const noise = i % 2 === 0 ? 0.002 : -0.002;
    return {
      truth: 0.07,
      byUser: around(0.07 + byUserOff + noise),
      split: around(0.07 + splitOff + noise),
      splitAa: around(noise),
      truthWithoutBudgets: 0.5,
      byUserWithoutBudgets: around(0.5 + freeOff + noise),
      splitWithoutBudgets: around(0.5 + freeOff + noise),
    };
  });

const failed = (rows: ReturnType<typeof judgeDesigns>): number[] => rows.flatMap(({ ok }, i) => (ok ? [] : [i]));

describe('the verdict on the budget split', () => {
  it('accepts a split that is right where a test by user is far off', () => {
    expect(failed(judgeDesigns(markets(0.14, 0.001)))).toEqual([]);
  });

  it('rejects a bias above a tenth of that of a test by user', () => {
    expect(failed(judgeDesigns(markets(0.14, 0.0145)))).toEqual([1]);
    expect(failed(judgeDesigns(markets(0.14, 0, -0.02)))).toEqual([2, 3]);
  });

  it('rejects a market in which nothing is to be repaired', () => {
    expect(failed(judgeDesigns(markets(0.01, 0)))).toContain(0);
  });

  it('rejects intervals that miss, and effects where there is none', () => {
    const missing = markets(0.14, 0).map((run) => ({ ...run, split: around(0.07, 0.001), truth: 0.072 }));
    expect(failed(judgeDesigns(missing))).toContain(4);
    const seeing = markets(0.14, 0).map((run, i) => (i < 10 ? { ...run, splitAa: around(0.1) } : run));
    expect(failed(judgeDesigns(seeing))).toEqual([5]);
    expect(() => judgeDesigns([])).toThrow(RangeError);
  });
});

describe('the first-price market', () => {
  it('never spends more than a budget, and pays the bid for each click', () => {
    const market = drawMarket(4);
    const endless = new Float64Array(market.bid.length).fill(Infinity);
    const nobody = new Uint8Array(market.users);
    const { control } = market.scores;
    const free = playMarket(market, nobody, { scores: [control, control], budgets: [endless, endless] });
    const budgets = free.spend.map((spent) => Math.round(spent / 3));
    const left = budgets.slice();
    const limited = playMarket(market, nobody, { scores: [control, control], budgets: [left, left] });
    limited.spend.forEach((spent, campaign) => {
      expect(spent).toBeLessThanOrEqual(budgets[campaign]);
      expect(left[campaign]).toBe(budgets[campaign] - spent);
      expect(spent % market.bid[campaign]).toBe(0);
    });
    const sum = (amounts: Float64Array): number => amounts.reduce((total, amount) => total + amount, 0);
    expect(sum(limited.revenue)).toBe(sum(limited.spend));
    expect(sum(limited.revenue)).toBeLessThan(sum(free.revenue));
  });

  it('offers twelve different campaigns at each request', () => {
    const { candidates, user } = drawMarket(4);
    expect(candidates.length).toBe(12 * user.length);
    for (let request = 0; request < 2000; request++) {
      expect(new Set(candidates.subarray(12 * request, 12 * request + 12)).size).toBe(12);
    }
  });

  it('depends on its seed alone, and gives split and shared budgets the same say when there are none', () => {
    const outcome = compareDesigns(2);
    expect(compareDesigns(2)).toEqual(outcome);
    expect(drawMarket(3).bid).not.toEqual(drawMarket(2).bid);
    expect(outcome.splitWithoutBudgets).toEqual(outcome.byUserWithoutBudgets);
    expect(outcome.split.low).toBeLessThan(outcome.truth);
  });
});
