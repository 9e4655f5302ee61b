import type { ExperimentSchedule } from './experiment-schedule';

/** How far a ramp has come. */
export interface RampState {
  readonly schedule: ExperimentSchedule;
  /** Index of the last step that was reached; -1 before the first. */
  readonly rampStep: number;
  /** Present share, percent; null before the start. */
  readonly rollout: number | null;
}

/** The step of a ramp that comes next. */
export interface NextRampStep {
  readonly index: number;
  /** Percent. */
  readonly rollout: number;
  /** How long the present share is held before it, minutes. */
  readonly heldMinutes: number;
}

/**
 * The first further step above the present share, which may have been raised by hand past some. Undefined after the last,
 * and while the share is below that of the step reached: whoever lowered it decides when it goes on.
 */
export function nextRampStep({ schedule: { ramp }, rampStep, rollout }: RampState): NextRampStep | undefined {
  const steps = ramp?.steps ?? [];
  const share = rollout ?? 0;
  if (share < (steps[rampStep]?.rollout ?? 0)) return undefined;
  const index = steps.findIndex((step, i) => i > rampStep && step.rollout > share);
  const next = steps[index];
  return next && { index, rollout: next.rollout, heldMinutes: steps[rampStep]?.holdMinutes ?? 0 };
}

/** The last step that the present share has reached, from 0; -1 below the first, 0 without a ramp. */
export function reachedRampStep({ ramp }: ExperimentSchedule, rollout: number | null): number {
  return ramp === undefined ? 0 : ramp.steps.findLastIndex((step) => step.rollout <= (rollout ?? 0));
}
