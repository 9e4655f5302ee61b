import {
  addUnit,
  type ArmSums,
  compareArms,
  emptyArmSums,
  enoughForBounds,
  estimateArm,
  isRefusal,
} from '@adlift/statistics';
import {
  type Arms,
  CANDIDATES,
  hash,
  isClicked,
  makeTraffic,
  type SplitRanking,
  Stream,
  type Traffic,
  truthOfRankings,
  uniform,
  type World,
} from '../market/index';

/** Size and settings of one simulated experiment; `alpha` is two-sided, the units are those that were planned. */
export interface RunPlan {
  readonly requests: number;
  readonly units: number;
  readonly epsilon: number;
  readonly alpha: number;
}

/** One metric of one run: the true lift, its fixed-sample interval, and the lower bound valid at any look. */
export interface MetricOutcome {
  readonly truth: number;
  readonly lift: number;
  readonly low: number;
  readonly high: number;
  readonly sequentialLow: number;
}

/** What one run's statistics say about the lifts of click rate and revenue per mille. */
export interface RunOutcome {
  readonly ctr: MetricOutcome;
  readonly rpm: MetricOutcome;
}

/**
 * Plays one run without servers: half of the units see the treatment's ranking, clicks fall by the true probability,
 * and the per-unit sums go through the same statistics as a live experiment. Throws when these refuse to answer.
 */
export function simulateRun(world: World, rankings: Arms<SplitRanking>, runSeed: number, plan: RunPlan): RunOutcome {
  const traffic = makeTraffic(runSeed, plan);
  const first = {
    control: rankings.control.firstRanked(traffic),
    treatment: rankings.treatment.firstRanked(traffic),
  };
  const truth = truthOfRankings(world, traffic, first, plan.epsilon);
  const totals = play(world, traffic, first, plan.epsilon);
  return {
    ctr: { truth: truth.ctrLift, ...inferLift(armSums(totals, totals.clicks), plan, false) },
    rpm: { truth: truth.rpmLift, ...inferLift(armSums(totals, totals.chargedMicros), plan, true) },
  };
}

/** Totals of each unit, by unit; all integers. */
interface UnitTotals {
  readonly treated: Uint8Array;
  readonly impressions: Uint32Array;
  readonly clicks: Uint32Array;
  readonly chargedMicros: Float64Array;
}

function play(world: World, traffic: Traffic, first: Arms<Uint8Array>, epsilon: number): UnitTotals {
  const { runSeed, units, candidates } = traffic;
  const totals = {
    treated: Uint8Array.from({ length: units.n }, (_, unit) => (uniform(runSeed, Stream.arm, unit) < 0.5 ? 1 : 0)),
    impressions: new Uint32Array(units.n),
    clicks: new Uint32Array(units.n),
    chargedMicros: new Float64Array(units.n),
  };
  for (let request = 0; request < traffic.n; request++) {
    const unit = traffic.unit[request];
    const explored = uniform(runSeed, Stream.explored, request) < epsilon;
    const drawn = hash(runSeed, Stream.explorationPick, request) % CANDIDATES;
    const best = (totals.treated[unit] === 1 ? first.treatment : first.control)[request];
    const ad = explored ? candidates[request * CANDIDATES + drawn] : best;
    totals.impressions[unit]++;
    if (!isClicked(world, traffic, request, ad)) continue;
    totals.clicks[unit]++;
    totals.chargedMicros[unit] += world.ads[ad].bidMicros;
  }
  return totals;
}

function armSums({ treated, impressions }: UnitTotals, amounts: ArrayLike<number>): Arms<ArmSums> {
  const sums = { control: emptyArmSums(), treatment: emptyArmSums() };
  for (let unit = 0; unit < treated.length; unit++) {
    const arm = treated[unit] === 1 ? sums.treatment : sums.control;
    addUnit(arm, BigInt(amounts[unit]), BigInt(impressions[unit]));
  }
  return sums;
}

function inferLift(sums: Arms<ArmSums>, plan: RunPlan, money: boolean): Omit<MetricOutcome, 'truth'> {
  const control = answered(estimateArm('ratio', sums.control));
  const treatment = answered(estimateArm('ratio', sums.treatment));
  answered(enoughForBounds(sums.control, sums.treatment, { money }));
  const { relative } = answered(compareArms(control, treatment, { alpha: plan.alpha, plannedUnits: plan.units }));
  const { low, high } = answered(relative.interval);
  return { lift: relative.lift, low, high, sequentialLow: answered(relative.sequential).low };
}

function answered<T>(value: T): Exclude<T, { refused: true }> {
  if (isRefusal(value)) throw new Error(`the run is too small: ${value.detail}`);
  return value as Exclude<T, { refused: true }>;
}
