import {
  compareWithCovariates,
  cupedCoefficients,
  emptyCrossSums,
  isRefusal,
  type Comparison,
  type CovariateModel,
  type CrossSums,
} from '@adlift/statistics';
import { covers, excludesZero } from './judge-arms';
import { judgeFigure, judgeShare, type ProofRow } from './proof-row';
import { RandomStream } from './random-stream';
import { simulation } from './simulation';

const RUNS = 2000;
const UNITS = 4000;
const ALPHA = 0.05;
const LIFT = 0.05;
const FIRST_PURPOSE = 200;
/** Share of the variance that a covariate of correlation 0.8 leaves. */
const LEFT = 0.36;

/** One way to compare with covariates: how a unit's values are drawn, and the truth of a lift. */
interface CovariateWorld {
  readonly name: string;
  readonly width: number;
  readonly model: CovariateModel;
  draw(random: RandomStream, lift: number, into: Float64Array): void;
  readonly controlTruth: number;
}

/** Amounts of 500 on average, with the same before the experiment at correlation 0.8. */
const meanWorld: CovariateWorld = {
  name: 'mean by the mean before',
  width: 2,
  model: { outcome: { numerator: 0 }, covariates: [{ numerator: 1 }] },
  controlTruth: 500,
  draw(random, lift, into) {
    const before = 100 * random.normal();
    into[0] = Math.round(500 * (1 + lift) + 0.8 * before + 60 * random.normal());
    into[1] = Math.round(before);
  },
};

/** Clicks over impressions now and before, of users with a click rate and an activity of their own. */
const ratioWorld: CovariateWorld = {
  name: 'ratio by the ratio before',
  width: 4,
  model: { outcome: { numerator: 0, denominator: 1 }, covariates: [{ numerator: 2, denominator: 3 }] },
  controlTruth: 0.2,
  draw(random, lift, into) {
    const activity = Math.exp(0.5 * random.normal());
    const rate = 0.2 * (0.2 + 1.6 * random.uniform());
    into[1] = 1 + Math.floor(14 * activity);
    into[3] = 1 + Math.floor(20 * activity * (0.5 + random.uniform()));
    into[0] = random.binomial(into[1], rate * (1 + lift));
    into[2] = random.binomial(into[3], rate);
  },
};

const WORLDS = [meanWorld, ratioWorld];

/** One experiment without and one with a planted lift. */
export interface CovariateOutcome {
  readonly rejected: boolean;
  readonly absolute: boolean;
  readonly relative: boolean;
  /** Variance of the effect with the covariate over that without. */
  readonly left: number;
}

/** Error rates and coverage after covariates are taken out, and what they save. */
export const covariates = simulation<null, CovariateOutcome[]>({
  about: 'CUPED of a mean and of a ratio',
  runs: RUNS,
  makeContext: () => null,
  prepare: () => (seed) => WORLDS.map((world, i) => runWorld(world, new RandomStream(seed, FIRST_PURPOSE + i))),
  judge: (outcomes) => [...WORLDS.flatMap((world, i) => shareRows(world, i, outcomes)), leftRow(outcomes)],
});

function runWorld(world: CovariateWorld, random: RandomStream): CovariateOutcome {
  const without = compare(world, random, 0);
  const planted = compare(world, random, LIFT).adjusted;
  const effect = world.controlTruth * LIFT;
  return {
    rejected: excludesZero(without.adjusted.relative.interval),
    absolute: covers(planted.absolute, effect),
    relative: covers(planted.relative.interval, LIFT),
    left: (without.adjusted.absolute.standardError / without.plain.absolute.standardError) ** 2,
  };
}

function compare(world: CovariateWorld, random: RandomStream, lift: number): Record<'adjusted' | 'plain', Comparison> {
  const totals = [0, 1].map(() => new Float64Array(1 + world.width + (world.width * (world.width + 1)) / 2));
  const values = new Float64Array(world.width);
  for (let unit = 0; unit < UNITS; unit++) {
    const treated = random.uniform() < 0.5;
    world.draw(random, treated ? lift : 0, values);
    addValues(totals[treated ? 1 : 0], values);
  }
  const [control, treatment] = totals.map((sums) => exactSums(sums, world.width));
  const coefficients = cupedCoefficients([control, treatment], world.model);
  if (isRefusal(coefficients)) throw new Error(coefficients.detail);
  const run = (theta: number[]): Comparison => {
    const options = { alpha: ALPHA, plannedUnits: UNITS };
    const result = compareWithCovariates(control, treatment, { ...world.model, coefficients: theta }, options);
    if (isRefusal(result)) throw new Error(result.detail);
    return result;
  };
  return { adjusted: run(coefficients), plain: run(coefficients.map(() => 0)) };
}

/** Adds a unit to [units, sums, products]; whole numbers far below 2^53. */
function addValues(totals: Float64Array, values: Float64Array): void {
  totals[0]++;
  let at = 1;
  for (const value of values) totals[at++] += value;
  for (let i = 0; i < values.length; i++) {
    for (let j = i; j < values.length; j++) totals[at++] += values[i] * values[j];
  }
}

function exactSums(totals: Float64Array, width: number): CrossSums {
  const [units, ...rest] = Array.from(totals, BigInt);
  return { ...emptyCrossSums(width), units, sums: rest.slice(0, width), products: rest.slice(width) };
}

function shareRows({ name }: CovariateWorld, world: number, outcomes: readonly CovariateOutcome[][]): ProofRow[] {
  const row = (
    words: string,
    bounds: { low: number; high: number },
    holds: (run: CovariateOutcome) => boolean,
  ): ProofRow =>
    judgeShare(
      { name: `CUPED ${name}: ${words}`, bounds, holds: (run: CovariateOutcome[]) => holds(run[world]) },
      outcomes,
      RUNS,
    );
  const nominal = { low: 0.935, high: 0.965 };
  return [
    row('A/A rejected at its end', { low: 0.034, high: 0.066 }, ({ rejected }) => rejected),
    row('the 95 % interval holds a planted lift of 5 %, absolute', nominal, ({ absolute }) => absolute),
    row('the 95 % interval holds a planted lift of 5 %, relative', nominal, ({ relative }) => relative),
  ];
}

function leftRow(outcomes: readonly CovariateOutcome[][]): ProofRow {
  const value = outcomes.reduce((sum, [mean]) => sum + mean.left, 0) / outcomes.length;
  const room = outcomes.length < RUNS ? 0.01 + 0.05 / Math.sqrt(outcomes.length) : 0.01;
  const name = 'CUPED leaves 36 % of the variance at a correlation of 0.8';
  return judgeFigure(name, value, { low: LEFT - room, high: LEFT + room }, outcomes.length, RUNS);
}
