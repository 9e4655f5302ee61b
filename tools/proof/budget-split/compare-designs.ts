import { isRefusal, splitBudget } from '@adlift/statistics';
import { Stream, uniform } from '../../market/index';
import { judgeArms } from '../judge-arms';
import { RandomStream } from '../random-stream';
import { RunningSums } from '../running-sums';
import { drawMarket, type FirstPriceMarket } from './first-price-market';
import { playMarket } from './play-market';

const ALPHA = 0.05;
const LIMITED = 0.95;
const LEAST_BUDGET = 0.15;
const MOST_BUDGET = 0.4;

/** A lift of revenue per request with its 95 % interval. */
export interface MeasuredLift {
  readonly lift: number;
  readonly low: number;
  readonly high: number;
}

/** One market under every design. Truths are all users with one model against all users with the other. */
export interface DesignOutcome {
  readonly truth: number;
  /** Users split, budgets shared by the arms. */
  readonly byUser: MeasuredLift;
  /** Users split, and every budget with them. */
  readonly split: MeasuredLift;
  /** The same model in both arms of a split. */
  readonly splitAa: MeasuredLift;
  readonly truthWithoutBudgets: number;
  readonly byUserWithoutBudgets: MeasuredLift;
  readonly splitWithoutBudgets: MeasuredLift;
}

/** Plays the market of a seed under every design. */
export function compareDesigns(seed: number): DesignOutcome {
  const market = drawMarket(seed);
  const { control, treatment } = market.scores;
  const endless = (): Float64Array => new Float64Array(market.bid.length).fill(Infinity);
  const nobody = new Uint8Array(market.users);
  const treated = nobody.map((_, user) => (uniform(seed, Stream.arm, user) < 0.5 ? 1 : 0));

  const everyone = (scores: Float64Array, budgets: Float64Array): ReturnType<typeof playMarket> =>
    playMarket(market, nobody, { scores: [scores, scores], budgets: [budgets, budgets] });
  const test = (scores: [Float64Array, Float64Array], budgets: [Float64Array, Float64Array]): MeasuredLift =>
    measure(market, treated, playMarket(market, treated, { scores, budgets }).revenue);
  const models: [Float64Array, Float64Array] = [control, treatment];

  const freely = everyone(control, endless());
  const budgets = drawBudgets(seed, freely.spend);
  const shared = budgets.slice();
  const halves = (): [Float64Array, Float64Array] => halve(budgets);
  const endlessly = endless();
  return {
    truth: total(everyone(treatment, budgets.slice()).revenue) / total(everyone(control, budgets.slice()).revenue) - 1,
    byUser: test(models, [shared, shared]),
    split: test(models, halves()),
    splitAa: test([control, control], halves()),
    truthWithoutBudgets: total(everyone(treatment, endless()).revenue) / total(freely.revenue) - 1,
    byUserWithoutBudgets: test(models, [endlessly, endlessly]),
    splitWithoutBudgets: test(models, halve(endless())),
  };
}

/** Budgets of 15 to 40 % of what campaigns spend when nothing stops them, on 95 % of the campaigns. */
function drawBudgets(seed: number, spend: Float64Array): Float64Array {
  const random = new RandomStream(seed, 301);
  return spend.map((spent) => {
    const limited = random.uniform() < LIMITED;
    const share = LEAST_BUDGET + (MOST_BUDGET - LEAST_BUDGET) * random.uniform();
    return limited ? Math.round(share * spent) : Infinity;
  });
}

/** Each arm's part of every budget, by its half of the traffic. */
function halve(budgets: Float64Array): [Float64Array, Float64Array] {
  const parts: [Float64Array, Float64Array] = [budgets.slice(), budgets.slice()];
  budgets.forEach((budget, campaign) => {
    if (budget === Infinity) return;
    splitBudget(BigInt(budget), [0.5, 0.5]).forEach((part, arm) => (parts[arm][campaign] = Number(part)));
  });
  return parts;
}

/** Revenue per request of the two arms, clustered by user. */
function measure(market: FirstPriceMarket, treated: Uint8Array, revenue: Float64Array): MeasuredLift {
  const requests = new Uint32Array(market.users);
  for (const user of market.user) requests[user]++;
  const arms = [new RunningSums(), new RunningSums()];
  // A user who never came is not exposed.
  requests.forEach((count, user) => {
    if (count > 0) arms[treated[user]].add(revenue[user], count);
  });
  const options = { alpha: ALPHA, plannedUnits: market.users };
  const result = judgeArms({ kind: 'ratio', money: true }, arms[0].exact(), arms[1].exact(), options);
  if (isRefusal(result)) throw new Error(result.detail);
  const { lift, interval } = result.relative;
  if (isRefusal(interval)) throw new Error(interval.detail);
  return { lift, ...interval };
}

const total = (amounts: Float64Array): number => amounts.reduce((sum, amount) => sum + amount, 0);
