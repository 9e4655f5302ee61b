import { isRefusal } from '@adlift/statistics';
import { excludesZero, judgeArms } from './judge-arms';
import { METRIC_WORLDS, type DrawnUnit, type MetricWorld } from './metric-worlds';
import { judgeShare, type ProofRow, type ShareClaim } from './proof-row';
import { RandomStream } from './random-stream';
import { RunningSums } from './running-sums';
import { simulation } from './simulation';

const RUNS = 2000;
const ALPHA = 0.05;
const PEEKS = 50;
const SCALES = ['absolute', 'relative'] as const;
/** Share of the units in the treatment. */
const SPLITS = [
  { name: '50/50', treated: 0.5 },
  { name: '90/10', treated: 0.1 },
] as const;

type Rejections = Record<(typeof SCALES)[number], boolean>;

/** What one A/A concluded: at its planned end by the fixed test, and at any of its peeks by the sequence. */
export interface AaOutcome {
  readonly fixed: Rejections;
  readonly sequential: Rejections;
}

/** Experiments without an effect, by metric and split: how often is one seen all the same? */
export const errorRates = simulation<null, AaOutcome[][]>({
  about: 'A/A per metric kind, at a planned end and over 50 peeks',
  runs: RUNS,
  makeContext: () => null,
  prepare: () => (seed) => METRIC_WORLDS.map((world, purpose) => watchAa(world, new RandomStream(seed, purpose))),
  judge: (outcomes) => claims().map((claim) => judgeShare(claim, outcomes, RUNS)) satisfies ProofRow[],
});

/** One stream of units, watched at equal steps; each split of them is an experiment of its own. */
function watchAa(world: MetricWorld, random: RandomStream): AaOutcome[] {
  const cap = world.burnIn(random);
  const experiments = SPLITS.map(() => ({
    control: new RunningSums(),
    treatment: new RunningSums(),
    fixed: { absolute: false, relative: false },
    sequential: { absolute: false, relative: false },
  }));
  const unit: DrawnUnit = { m: 0, d: 0 };
  const step = world.units / PEEKS;
  for (let drawn = 1; drawn <= world.units; drawn++) {
    world.draw(random, 0, cap, unit);
    SPLITS.forEach(({ treated }, split) => {
      const { control, treatment } = experiments[split];
      (random.uniform() < treated ? treatment : control).add(unit.m, unit.d);
    });
    if (drawn % step !== 0) continue;
    for (const experiment of experiments) {
      const { control, treatment, fixed, sequential } = experiment;
      const options = { alpha: ALPHA, plannedUnits: world.units };
      const result = judgeArms(world, control.exact(), treatment.exact(), options);
      if (isRefusal(result)) continue;
      const { absolute, relative } = result;
      sequential.absolute ||= excludesZero(absolute.sequential);
      sequential.relative ||= excludesZero(relative.sequential);
      fixed.absolute = excludesZero(absolute);
      fixed.relative = excludesZero(relative.interval);
    }
  }
  return experiments.map(({ fixed, sequential }) => ({ fixed, sequential }));
}

function claims(): ShareClaim<AaOutcome[][]>[] {
  const each = (
    mode: keyof AaOutcome,
    splits: readonly number[],
    bounds: { low: number; high: number },
    words: string,
  ): ShareClaim<AaOutcome[][]>[] =>
    METRIC_WORLDS.flatMap((world, metric) =>
      splits.flatMap((split) =>
        SCALES.map((scale) => ({
          name: `A/A ${words}: ${world.name}, ${scale}, ${SPLITS[split].name}`,
          bounds,
          holds: (run: AaOutcome[][]) => run[metric][split][mode][scale],
        })),
      ),
    );
  return [
    ...each('fixed', [0], { low: 0.034, high: 0.066 }, 'rejected at its end'),
    ...each('sequential', [0, 1], { low: 0, high: ALPHA }, `rejected at any of ${PEEKS} peeks`),
  ];
}
