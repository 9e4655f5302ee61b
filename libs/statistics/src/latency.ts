import { oneSidedAlwaysValidP, oneSidedCriticalValue } from './one-sided-sequence';
import { refuse, type Refusal } from './refusal';

/** A bin b of a latency histogram holds 2^(b/8) to 2^((b+1)/8) microseconds: 9 % from edge to edge. */
export const LATENCY_BINS_PER_OCTAVE = 8;

/** The last bin, from about 30 s, also holds whatever takes longer. */
export const LATENCY_BINS = 200;

/** Requests by bin; bins without any may be left out. */
export type LatencyCounts = ReadonlyMap<number, number>;

/** How long the requests of one arm took, and of how many units they are. */
export interface ArmLatency {
  readonly counts: LatencyCounts;
  readonly units: number;
}

export interface SlowdownRule {
  /** How many times as long as in the control the slowest twentieth may take, above 1; taken up to the next bin. */
  readonly ratio: number;
  /** One-sided, at whatever look, in (0, 0.5). */
  readonly alpha: number;
  /** Exposed units at which the test is most sensitive. */
  readonly plannedUnits: number;
}

/** How the slowest twentieth of a treatment's requests compares with the control's. */
export interface Slowdown {
  /** 95 % of the requests took at most this, microseconds, up to the bin's end. */
  readonly control: number;
  readonly treatment: number;
  /** Share of the control's requests beyond its figure, at most 0.05. */
  readonly expected: number;
  /** Share of the treatment's beyond the control's figure times the ratio. */
  readonly slower: number;
  /** Always-valid, of the hypothesis that the treatment keeps to the ratio. */
  readonly p: number;
  /** True when it is shown not to. */
  readonly violated: boolean;
}

const TAIL = 0.05;
const MINIMUM_UNITS = 50;
const MINIMUM_REQUESTS = 100;

/**
 * Whether a treatment answers slower than it may: if it took exactly `ratio` times as long as the control throughout,
 * the share of its requests beyond `ratio` times the control's 95 % quantile would be the control's share beyond the
 * quantile. The two shares are compared as proportions, one-sided, at any look; as if all requests of a unit took
 * equally long, so that only as many count as there are units. Refuses fewer than 50 units or 100 requests an arm.
 */
export function judgeSlowdown(control: ArmLatency, treatment: ArmLatency, rule: SlowdownRule): Slowdown | Refusal {
  const [a, b] = [control, treatment].map((arm) => ({ ...arm, requests: total(arm.counts) })) as [Counted, Counted];
  for (const { requests, units } of [a, b]) {
    if (units >= MINIMUM_UNITS && requests >= MINIMUM_REQUESTS) continue;
    return refuse(
      'too_few_requests',
      `Latency needs ${MINIMUM_REQUESTS} requests of ${MINIMUM_UNITS} units an arm, there are ${requests} of ${units}.`,
    );
  }
  const shift = Math.ceil(LATENCY_BINS_PER_OCTAVE * Math.log2(rule.ratio) - 1e-9);
  const bin = tailBin(a);
  const expected = shareBeyond(a, bin);
  const slower = shareBeyond(b, bin + shift);
  const n = a.units + b.units;
  const statistic = (slower - expected) / Math.sqrt(variance(a, expected) + variance(b, slower));
  return {
    control: endOf(bin),
    treatment: endOf(tailBin(b)),
    expected,
    slower,
    p: oneSidedAlwaysValidP(statistic, n, rule.plannedUnits, rule.alpha),
    violated: statistic > oneSidedCriticalValue(n, rule.plannedUnits, rule.alpha),
  };
}

interface Counted extends ArmLatency {
  readonly requests: number;
}

function total(counts: LatencyCounts): number {
  return [...counts.values()].reduce((sum, requests) => sum + requests, 0);
}

function shareBeyond({ counts, requests }: Counted, bin: number): number {
  let beyond = 0;
  for (const [at, count] of counts) if (at > bin) beyond += count;
  return beyond / requests;
}

/** The lowest bin that at most a twentieth of the requests lie beyond. */
function tailBin({ counts, requests }: Counted): number {
  let bin = LATENCY_BINS - 1;
  for (let beyond = counts.get(bin) ?? 0; bin > 0 && beyond <= TAIL * requests; beyond += counts.get(bin) ?? 0) bin--;
  return bin;
}

function endOf(bin: number): number {
  return 2 ** ((bin + 1) / LATENCY_BINS_PER_OCTAVE);
}

/** Of a share, with one more request on either side so that it is never 0. */
function variance({ units, requests }: Counted, share: number): number {
  const n = Math.min(units, requests);
  const smoothed = (share * n + 1) / (n + 2);
  return (smoothed * (1 - smoothed)) / n;
}
