import type { HealthCheck } from '@adlift/client';
import type { ExperimentDesign } from '../experiment/experiment-design';
import type { PhaseStatistics, SentEvents } from './kept-statistics';

/** Share of an arm's sent events that may be missing: some are invalid by rule, some are on their way. */
const MAX_MISSING = 0.02;
/** By how much the missing share of two arms may differ: a loss in one arm alone looks like an effect. */
const MAX_DIFFERENCE = 0.005;
/** Fewer missing events than this say nothing. */
const MIN_MISSING = 10;

const KINDS = ['impressions', 'clicks'] as const satisfies readonly (keyof SentEvents)[];

/**
 * Sets what the ad server says it has sent against what is kept, by arm. Without a report, or while deltas wait to be
 * folded, there is nothing to compare.
 */
export function lostEvents({ variants }: ExperimentDesign, statistics: PhaseStatistics): HealthCheck {
  const name = 'events_complete';
  const { sent, arms, pendingDeltas, spooled } = statistics;
  if (sent.size === 0) return { name, ok: true, detail: 'the ad server has not told what it sent' };
  if (pendingDeltas > 0 || spooled.records > 0) return { name, ok: true, detail: 'not compared while events wait' };
  const compared = KINDS.map((kind) => {
    const missing = variants.flatMap(({ name: variant }) => {
      const total = sent.get(variant)?.[kind] ?? 0;
      // An ad server that reports now and then is behind what is kept, which is no loss.
      const lost = Math.max(0, total - (arms.get(variant)?.[kind] ?? 0));
      return total === 0 ? [] : [{ variant, total, lost, share: lost < MIN_MISSING ? 0 : lost / total }];
    });
    const shares = missing.map(({ share }) => share);
    const most = Math.max(0, ...shares);
    const ok = most <= MAX_MISSING && most - Math.min(most, ...shares) <= MAX_DIFFERENCE;
    return { ok, text: missing.map(({ variant, total, lost }) => `${variant} ${lost} of ${total} ${kind}`).join(', ') };
  });
  return {
    name,
    ok: compared.every(({ ok }) => ok),
    detail: `missing of what was sent: ${compared.map(({ text }) => text).join('; ')} (limit ${100 * MAX_MISSING} %, between arms ${100 * MAX_DIFFERENCE} %)`,
  };
}
