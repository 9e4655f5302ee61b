import { METRIC_WORLDS, type DrawnUnit } from './metric-worlds';
import { RandomStream } from './random-stream';

describe('the metric worlds', () => {
  it.each(METRIC_WORLDS.map((world) => [world.name, world] as const))(
    'have the truth that they state: %s',
    (_, world) => {
      for (const lift of [0, 0.3]) {
        const random = new RandomStream(5, 900);
        const cap = world.burnIn(random);
        const unit: DrawnUnit = { m: 0, d: 0 };
        const draws = 400_000;
        let m = 0;
        let d = 0;
        let squares = 0;
        for (let drawn = 0; drawn < draws; drawn++) {
          world.draw(random, lift, cap, unit);
          m += unit.m;
          d += unit.d;
          squares += (unit.m - world.truth(lift, cap) * unit.d) ** 2;
        }
        const error = Math.sqrt(squares) / d;
        expect(Math.abs(m / d - world.truth(lift, cap))).toBeLessThan(4 * error);
        expect(error).toBeLessThan(0.02 * world.truth(lift, cap));
      }
    },
  );

  it('draw the same units for the same seed, and others for another', () => {
    const first = (seed: number, purpose: number): number => new RandomStream(seed, purpose).uniform();
    expect(first(3, 1)).toBe(first(3, 1));
    expect(new Set([first(3, 1), first(4, 1), first(3, 2), first(4, 2)]).size).toBe(4);
  });
});

describe('a random stream', () => {
  it('has the moments of its distributions', () => {
    const random = new RandomStream(1, 1);
    const draws = 200_000;
    const mean = { uniform: 0, normal: 0, square: 0, successes: 0 };
    for (let drawn = 0; drawn < draws; drawn++) {
      mean.uniform += random.uniform() / draws;
      const normal = random.normal();
      mean.normal += normal / draws;
      mean.square += normal ** 2 / draws;
      mean.successes += random.binomial(10, 0.3) / draws;
    }
    expect(Math.abs(mean.uniform - 0.5)).toBeLessThan(0.003);
    expect(Math.abs(mean.normal)).toBeLessThan(0.01);
    expect(Math.abs(mean.square - 1)).toBeLessThan(0.015);
    expect(Math.abs(mean.successes - 3)).toBeLessThan(0.015);
  });
});
