import { DEMO_PLAN, makeWorld, SplitRanking, trainMarketModels } from '../market/index';
import { simulateRun } from './simulate-run';

const world = makeWorld(DEMO_PLAN.seed);
const { lr, fm } = trainMarketModels(world, { rows: 50_000 });
const rankings = { control: new SplitRanking(world, lr), treatment: new SplitRanking(world, fm) };
const plan = { ...DEMO_PLAN, requests: 15_000, units: 2_000 };

describe('a simulated run', () => {
  it('depends on its seed alone', () => {
    const run = simulateRun(world, rankings, 3, plan);
    simulateRun(world, rankings, 4, plan);
    expect(simulateRun(world, rankings, 3, plan)).toEqual(run);
    expect(simulateRun(world, rankings, 4, plan)).not.toEqual(run);
  });

  it('orders its bounds: the sequential one is the more cautious', () => {
    const { ctr, rpm } = simulateRun(world, rankings, 3, plan);
    for (const { sequentialLow, low, lift, high } of [ctr, rpm]) {
      expect(sequentialLow).toBeLessThan(low);
      expect(low).toBeLessThan(lift);
      expect(lift).toBeLessThan(high);
    }
  });

  it('finds no lift between two arms with the same model', () => {
    const { ctr, rpm } = simulateRun(world, { control: rankings.control, treatment: rankings.control }, 3, plan);
    expect([ctr.truth, rpm.truth]).toEqual([0, 0]);
    expect(ctr.sequentialLow).toBeLessThan(0);
    expect(rpm.sequentialLow).toBeLessThan(0);
  });

  it('refuses to infer from a handful of clicks', () => {
    expect(() => simulateRun(world, rankings, 3, { ...plan, requests: 400, units: 200 })).toThrow('too small');
  });
});
