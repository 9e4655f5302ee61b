import { historyMetrics } from './history-metric';
import { replayAa } from './replay-aa';
import type { UnitHistory } from './unit-history';

/** Units of different activity that click and buy now and then; always the same. */
function historyOf(units: number): UnitHistory {
  let state = 42;
  const random = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const impressions = Float64Array.from({ length: units }, () => 1 + Math.floor(-8 * Math.log(1 - random())));
  const clicks = impressions.map((n) => Array.from({ length: n }, random).filter((u) => u < 0.1).length);
  return {
    ...{ days: 7, units, newUnits: [units], impressions, clicks },
    conversions: clicks.map((n) => (n > 0 && random() < 0.3 ? 1 : 0)),
    charged: clicks.map((n) => n * 250),
  };
}

const PLAN = { shares: [0.5, 0.5], replays: 600, alpha: 0.05, seed: 1 } as const;

describe('an A/A replay', () => {
  const metrics = historyMetrics(historyOf(2000));

  it('rejects at the nominal rate, and hardly ever by the confidence sequence', () => {
    for (const { metric, inferred, fixed, sequential } of replayAa(metrics, PLAN)) {
      expect([metric, inferred]).toEqual([metric, PLAN.replays]);
      // 0.05 within four standard errors.
      expect(Math.abs(fixed / inferred - 0.05)).toBeLessThan(4 * Math.sqrt((0.05 * 0.95) / PLAN.replays));
      expect(sequential / inferred).toBeLessThan(0.01);
    }
  });

  it('is the same for the same seed, and another for another', () => {
    const few = { ...PLAN, replays: 60 };
    expect(replayAa(metrics, few)).toEqual(replayAa(metrics, few));
    expect(replayAa(metrics, { ...few, seed: 2 })).not.toEqual(replayAa(metrics, few));
  });

  it('finds a metric whose units are not what was drawn: one unit with most of the money', () => {
    const history = historyOf(2000);
    history.charged.fill(0);
    history.charged[0] = 1_000_000;
    const money = replayAa(historyMetrics(history), PLAN).filter(({ metric }) => metric === 'rpm');
    // One payer in one arm: nothing can be inferred, or nothing is found.
    expect(money[0]?.fixed).toBe(0);
  });

  it('infers nothing where nobody did anything', () => {
    const history = historyOf(300);
    history.conversions.fill(0);
    expect(replayAa(historyMetrics(history), { ...PLAN, replays: 20 })[1]).toEqual({
      ...{ metric: 'conversionRate', inferred: 0, fixed: 0, sequential: 0 },
    });
  });
});
