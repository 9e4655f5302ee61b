import { compareArms, isRefusal } from '@adlift/statistics';
import { estimateMetric } from '../metric/estimate-metric';
import { PlainSums, type HistoryMetric } from './history-metric';

/** How a history is split again and again. */
export interface AaPlan {
  /** Share of the units in the first arm, and in the second; the rest is in neither. */
  readonly shares: readonly [number, number];
  readonly replays: number;
  readonly alpha: number;
  readonly seed: number;
}

/** How often two arms that got the same were found different. */
export interface AaCounts {
  readonly metric: string;
  /** Replays in which anything could be inferred. */
  readonly inferred: number;
  /** Of these, where the fixed test rejected, and where the confidence sequence did, looked at once. */
  readonly fixed: number;
  readonly sequential: number;
}

/**
 * Splits the same units at random `replays` times and compares the arms each time: the empirical rate of false
 * positives of each metric on this traffic. The same seed gives the same answer.
 */
export function replayAa(metrics: readonly HistoryMetric[], plan: AaPlan): readonly AaCounts[] {
  const counts = metrics.map(({ definition }) => ({ metric: definition.name, inferred: 0, fixed: 0, sequential: 0 }));
  const units = metrics[0]?.m.length ?? 0;
  const arms = new Uint8Array(units);
  for (let replay = 0; replay < plan.replays; replay++) {
    assign(arms, plan, replay);
    for (const [i, metric] of metrics.entries()) {
      const outcome = compare(metric, arms, plan);
      if (outcome === undefined) continue;
      counts[i].inferred++;
      if (outcome.fixed) counts[i].fixed++;
      if (outcome.sequential) counts[i].sequential++;
    }
  }
  return counts;
}

/** 1 and 2 for the arms, 0 for neither. */
function assign(arms: Uint8Array, { shares: [first, second], seed }: AaPlan, replay: number): void {
  for (let unit = 0; unit < arms.length; unit++) {
    const at = mixed(seed, replay, unit) / 2 ** 32;
    arms[unit] = at < first ? 1 : at < first + second ? 2 : 0;
  }
}

function compare(
  { definition, m, d }: HistoryMetric,
  arms: Uint8Array,
  { alpha }: AaPlan,
): { fixed: boolean; sequential: boolean } | undefined {
  const a = new PlainSums();
  const b = new PlainSums();
  for (let unit = 0; unit < arms.length; unit++) {
    if (arms[unit] === 1) a.add(m[unit], d === undefined ? 0 : d[unit]);
    else if (arms[unit] === 2) b.add(m[unit], d === undefined ? 0 : d[unit]);
  }
  const [control, treatment] = [a, b].map((arm) => estimateMetric(definition, arm.sums()));
  if (isRefusal(control) || isRefusal(treatment)) return undefined;
  const result = compareArms(control, treatment, { alpha, plannedUnits: control.units + treatment.units });
  if (isRefusal(result)) return undefined;
  const { sequential } = result.relative;
  return {
    fixed: result.absolute.p < alpha,
    sequential: !isRefusal(sequential) && (sequential.low > 0 || sequential.high < 0),
  };
}

/** 32 bits by the finalizer of MurmurHash3 (Appleby, public domain) over seed, replay and unit. */
function mixed(seed: number, replay: number, unit: number): number {
  return finalized(finalized(finalized(seed ^ 0x9e3779b9) ^ replay) ^ unit) >>> 0;
}

function finalized(bits: number): number {
  let h = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
