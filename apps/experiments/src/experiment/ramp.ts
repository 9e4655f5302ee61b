import type { ExperimentSchedule } from './experiment-schedule';

/** The step of a ramp that comes next. */
export interface NextRampStep {
  /** From 0. */
  readonly index: number;
  /** Percent. */
  readonly rollout: number;
  /** How long the share before it is held, minutes. */
  readonly heldMinutes: number;
}

/**
 * The first step above the present share (percent), which a hand or an amended plan may have moved past steps or below
 * them; undefined above the last one. A share below the first step is not held.
 */
export function nextRampStep({ ramp }: ExperimentSchedule, rollout: number | null): NextRampStep | undefined {
  const steps = ramp?.steps ?? [];
  const index = steps.findIndex((step) => step.rollout > (rollout ?? 0));
  const next = steps[index];
  return next && { index, rollout: next.rollout, heldMinutes: steps[index - 1]?.holdMinutes ?? 0 };
}

/** The last step that the present share has reached, from 0; 0 below the first, or without a ramp. */
export function reachedRampStep(schedule: ExperimentSchedule, rollout: number | null): number {
  const next = nextRampStep(schedule, rollout)?.index ?? schedule.ramp?.steps.length ?? 0;
  return Math.max(0, next - 1);
}
