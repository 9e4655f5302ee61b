import { capAmount, isRefusal, type MetricKind, normalCdf, revenueCap } from '@adlift/statistics';
import type { RandomStream } from './random-stream';

/** One drawn unit; both are integers. */
export interface DrawnUnit {
  m: number;
  d: number;
}

/** A metric of made-up users: how a unit is drawn, and what two arms then differ by in truth. */
export interface MetricWorld {
  readonly name: string;
  readonly kind: MetricKind | 'proportion';
  readonly money: boolean;
  /** Exposed units of an experiment. */
  readonly units: number;
  /** What is fixed before the experiment: a cap for money, 0 where there is none. */
  burnIn(random: RandomStream): number;
  draw(random: RandomStream, lift: number, cap: number, into: DrawnUnit): void;
  /** True value of an arm with this lift. */
  truth(lift: number, cap: number): number;
}

const CONVERTED = 0.04;
const CLICK_RATE = 0.1;
const PAYERS = 0.08;
/** Money in cents: lognormal amounts of payers. */
const LOG_AMOUNT = { mean: Math.log(2000), deviation: 1.5 };
const CAP_UNITS = 40_000;

const proportion: MetricWorld = {
  name: 'proportion of units',
  kind: 'proportion',
  money: false,
  units: 20_000,
  burnIn: () => 0,
  draw(random, lift, _, into) {
    into.m = random.uniform() < CONVERTED * (1 + lift) ? 1 : 0;
    into.d = 1;
  },
  truth: (lift) => CONVERTED * (1 + lift),
};

/** Users with heavy-tailed impressions and click rates of their own. */
const ratio: MetricWorld = {
  name: 'ratio over impressions',
  kind: 'ratio',
  money: false,
  units: 8000,
  burnIn: () => 0,
  draw(random, lift, _, into) {
    into.d = Math.min(500, Math.ceil(3 * (1 - random.uniform()) ** -0.4));
    const ownRate = CLICK_RATE * (1 + lift) * (0.4 + 1.2 * random.uniform());
    into.m = random.binomial(into.d, ownRate);
  },
  truth: (lift) => CLICK_RATE * (1 + lift),
};

/** Few payers with heavy-tailed amounts under a cap; half of a lift is more payers, half larger amounts. */
const money: MetricWorld = {
  name: 'mean of capped money',
  kind: 'mean',
  money: true,
  units: CAP_UNITS,
  burnIn(random) {
    const cap = revenueCap(Float64Array.from({ length: CAP_UNITS }, () => drawAmount(random, 1)));
    if (isRefusal(cap)) throw new Error(`no cap: ${cap.detail}`);
    return cap;
  },
  draw(random, lift, cap, into) {
    into.m = capAmount(drawAmount(random, Math.sqrt(1 + lift)), cap);
    into.d = 1;
  },
  truth(lift, cap) {
    const { mean, deviation } = LOG_AMOUNT;
    const factor = Math.sqrt(1 + lift);
    const room = (Math.log(cap / factor) - mean) / deviation;
    // Mean of a lognormal amount cut off at the cap.
    const below = factor * Math.exp(mean + deviation ** 2 / 2) * normalCdf(room - deviation);
    return PAYERS * factor * (below + cap * normalCdf(-room));
  },
};

/** The metric kinds that the error rates and the coverage are proved for. */
export const METRIC_WORLDS: readonly MetricWorld[] = [proportion, ratio, money];

function drawAmount(random: RandomStream, factor: number): number {
  if (random.uniform() >= PAYERS * factor) return 0;
  return Math.round(factor * Math.exp(LOG_AMOUNT.mean + LOG_AMOUNT.deviation * random.normal()));
}
