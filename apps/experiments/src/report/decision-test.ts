import { isRefusal, type Comparison, type Interval, type Refusal } from '@adlift/statistics';
import type { ExperimentDesign } from '../experiment/experiment-design';

/** What decides one comparison, by the design's mode and scale. */
export interface DecisionTest {
  readonly p: number;
  readonly interval: Interval;
  readonly difference: number;
}

/**
 * The test of a comparison that decides, or the reason why there is none: a sequential design goes by the confidence
 * sequence, a fixed one by the fixed interval and only from its planned units on. `units` are those of all arms.
 */
export function decisionTest(
  { mode, decisionScale, plannedUnits }: Pick<ExperimentDesign, 'mode' | 'decisionScale' | 'plannedUnits'>,
  result: Comparison | Refusal,
  units: number,
): DecisionTest | string {
  if (isRefusal(result)) return result.reason;
  if (mode === 'fixed' && units < plannedUnits) return 'not_final';
  const { absolute, relative } = result;
  const fixed = decisionScale === 'absolute' ? { low: absolute.low, high: absolute.high } : relative.interval;
  const interval = mode === 'fixed' ? fixed : decisionScale === 'absolute' ? absolute.sequential : relative.sequential;
  if (isRefusal(interval)) return interval.reason;
  return { p: mode === 'fixed' ? absolute.p : relative.alwaysValidP, interval, difference: absolute.difference };
}
