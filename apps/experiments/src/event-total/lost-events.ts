import type { HealthCheck } from '@adlift/client';
import type { ExperimentDesign } from '../experiment/experiment-design';
import type { ComparedTotals, EventCounts } from './compared-totals';

/** Share of an arm's sent events that may be missing: some are invalid by rule. */
const MAX_MISSING = 0.02;
/** By how much the missing share of two arms may differ: a loss in one arm alone looks like an effect. */
const MAX_DIFFERENCE = 0.005;
/** Fewer missing events than this say nothing. */
const MIN_MISSING = 10;

const KINDS = ['impressions', 'clicks'] as const satisfies readonly (keyof EventCounts)[];

/** Sets what the ad server says it has sent against what was kept of it, by arm. */
export function lostEvents({ variants }: ExperimentDesign, { waiting, toldAt, arms }: ComparedTotals): HealthCheck {
  const name = 'events_complete';
  if (toldAt === null) {
    const detail = waiting
      ? 'what was told is compared once it has arrived'
      : 'the ad server has not told what it sent';
    return { name, ok: true, detail };
  }
  const compared = KINDS.map((kind) => {
    const missing = variants.flatMap(({ name: variant }) => {
      const arm = arms[variant];
      if (arm === undefined || arm.told[kind] === 0) return [];
      const total = arm.told[kind];
      const lost = Math.max(0, total - arm.kept[kind]);
      return [{ variant, total, lost, share: lost < MIN_MISSING ? 0 : lost / total }];
    });
    const shares = missing.map(({ share }) => share);
    const most = Math.max(0, ...shares);
    const ok = most <= MAX_MISSING && most - Math.min(most, ...shares) <= MAX_DIFFERENCE;
    return { ok, text: missing.map(({ variant, total, lost }) => `${variant} ${lost} of ${total} ${kind}`).join(', ') };
  });
  return {
    name,
    ok: compared.every(({ ok }) => ok),
    detail: `missing of what was sent by ${toldAt}: ${compared.map(({ text }) => text).join('; ')} (limit ${100 * MAX_MISSING} %, between arms ${100 * MAX_DIFFERENCE} %)`,
  };
}
