import { DEMO_PLAN, makeWorld, SplitRanking, trainMarketModels } from '../market/index';
import { judgeDemo } from './demo-proof';
import { simulateRun } from './simulate-run';

const world = makeWorld(DEMO_PLAN.seed);
const { lr, fm } = trainMarketModels(world);
const rankings = { control: new SplitRanking(world, lr), treatment: new SplitRanking(world, fm) };

describe('a simulated run', () => {
  it('depends on its seed alone', () => {
    const run = simulateRun(world, rankings, 3, DEMO_PLAN);
    simulateRun(world, rankings, 4, DEMO_PLAN);
    expect(simulateRun(world, rankings, 3, DEMO_PLAN)).toEqual(run);
    expect(simulateRun(world, rankings, 4, DEMO_PLAN)).not.toEqual(run);
  });

  it('orders its bounds: the sequential one is the more cautious', () => {
    const { ctr, rpm } = simulateRun(world, rankings, 3, DEMO_PLAN);
    for (const { sequentialLow, low, lift, high } of [ctr, rpm]) {
      expect(sequentialLow).toBeLessThan(low);
      expect(low).toBeLessThan(lift);
      expect(lift).toBeLessThan(high);
    }
  });

  it('finds no lift between two arms with the same model', () => {
    const { ctr, rpm } = simulateRun(world, { control: rankings.control, treatment: rankings.control }, 3, DEMO_PLAN);
    expect([ctr.truth, rpm.truth]).toEqual([0, 0]);
    expect(ctr.sequentialLow).toBeLessThan(0);
    expect(rpm.sequentialLow).toBeLessThan(0);
  });

  it('refuses to infer from a handful of clicks', () => {
    expect(() => simulateRun(world, rankings, 3, { ...DEMO_PLAN, requests: 400, units: 200 })).toThrow('too small');
  });

  it('upholds the claims of the proof on twelve seeds, within what twelve seeds can show', () => {
    const runs = Array.from({ length: 12 }, (_, i) => simulateRun(world, rankings, i + 1, DEMO_PLAN));
    const failed = judgeDemo(runs).rows.filter(({ ok }) => !ok);
    expect(failed).toEqual([]);
  });
});
