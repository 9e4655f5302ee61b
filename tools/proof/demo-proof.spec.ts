import { DEMO_RUNS, judgeDemo } from './demo-proof';
import type { MetricOutcome, RunOutcome } from './simulate-run';

const hit: MetricOutcome = { truth: 0.3, lift: 0.31, low: 0.2, high: 0.4, sequentialLow: 0.1 };
const miss: MetricOutcome = { ...hit, truth: 0.5 };

/** 400 runs of which the first `ctr` miss the click rate and the last `rpm` miss the revenue. */
function runsWithMisses(ctr: number, rpm: number): RunOutcome[] {
  return Array.from({ length: DEMO_RUNS }, (_, i) => ({
    ctr: i < ctr ? miss : hit,
    rpm: i >= DEMO_RUNS - rpm ? miss : hit,
  }));
}

describe('the verdict on the demo', () => {
  it('accepts nominal coverage', () => {
    const rows = judgeDemo(runsWithMisses(20, 20));
    expect(rows.map(({ value }) => value)).toEqual([0.95, 0.95, 0.9, 1]);
    expect(rows.map(({ low, high }) => [low, high])).toEqual([
      [0.91, 0.98],
      [0.91, 0.98],
      [0.88, 0.98],
      [0.95, 1],
    ]);
    expect(rows.every(({ ok, runs }) => ok && runs === 400)).toBe(true);
  });

  it('rejects intervals that miss too often or hardly ever', () => {
    expect(judgeDemo(runsWithMisses(37, 20))[0].ok).toBe(false);
    expect(judgeDemo(runsWithMisses(20, 7))[1].ok).toBe(false);
    expect(judgeDemo(runsWithMisses(30, 30)).map(({ ok }) => ok)).toEqual([true, true, false, true]);
  });

  it('rejects an interaction model that wins too seldom', () => {
    const runs = runsWithMisses(20, 20).map((run, i) => (i < 21 ? { ...run, rpm: { ...hit, sequentialLow: 0 } } : run));
    expect(judgeDemo(runs)[3]).toMatchObject({ value: 0.9475, ok: false });
  });

  it('says so when the bounds are widened for fewer seeds', () => {
    const rows = judgeDemo(runsWithMisses(1, 0).slice(0, 12));
    expect(rows.every(({ name }) => name.includes('widened for 12 of 400 runs'))).toBe(true);
    expect(rows[0]).toMatchObject({ value: 11 / 12, high: 1, ok: true });
    expect(() => judgeDemo([])).toThrow(RangeError);
  });
});
