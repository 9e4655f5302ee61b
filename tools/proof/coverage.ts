import { isRefusal } from '@adlift/statistics';
import { covers, judgeArms } from './judge-arms';
import { METRIC_WORLDS, type DrawnUnit, type MetricWorld } from './metric-worlds';
import { judgeShare, type ShareClaim } from './proof-row';
import { RandomStream } from './random-stream';
import { RunningSums } from './running-sums';
import { simulation } from './simulation';

const RUNS = 2000;
const ALPHA = 0.05;
const LIFT = 0.3;
/** Keeps these streams apart from those of the other proofs. */
const FIRST_PURPOSE = 100;

/** Whether the 95 % intervals of one experiment hold what was planted, by scale. */
export interface CoverageOutcome {
  readonly absolute: boolean;
  readonly relative: boolean;
}

/** Experiments with a planted lift of 30 %, by metric. */
export const coverage = simulation<null, CoverageOutcome[]>({
  about: 'intervals of planted effects per metric kind',
  runs: RUNS,
  makeContext: () => null,
  prepare: () => (seed) =>
    METRIC_WORLDS.map((world, metric) => runPlanted(world, new RandomStream(seed, FIRST_PURPOSE + metric))),
  judge: (outcomes) => claims().map((claim) => judgeShare(claim, outcomes, RUNS)),
});

function runPlanted(world: MetricWorld, random: RandomStream): CoverageOutcome {
  const cap = world.burnIn(random);
  const arms = [new RunningSums(), new RunningSums()];
  const unit: DrawnUnit = { m: 0, d: 0 };
  for (let drawn = 0; drawn < world.units; drawn++) {
    const treated = random.uniform() < 0.5;
    world.draw(random, treated ? LIFT : 0, cap, unit);
    arms[treated ? 1 : 0].add(unit.m, unit.d);
  }
  const options = { alpha: ALPHA, plannedUnits: world.units };
  const result = judgeArms(world, arms[0].exact(), arms[1].exact(), options);
  if (isRefusal(result)) return { absolute: false, relative: false };
  const [control, treatment] = [world.truth(0, cap), world.truth(LIFT, cap)];
  return {
    absolute: covers(result.absolute, treatment - control),
    relative: covers(result.relative.interval, treatment / control - 1),
  };
}

const claims = (): ShareClaim<CoverageOutcome[]>[] =>
  METRIC_WORLDS.flatMap(({ name }, metric) =>
    (['absolute', 'relative'] as const).map((scale) => ({
      name: `the 95 % interval holds a planted lift of 30 %: ${name}, ${scale}`,
      bounds: { low: 0.935, high: 0.965 },
      holds: (run: CoverageOutcome[]) => run[metric][scale],
    })),
  );
