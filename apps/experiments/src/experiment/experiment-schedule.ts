import { z } from 'zod';

const time = z.iso.datetime({ offset: true, error: 'must be a time such as 2026-12-01T08:00:00Z' });

const rampStep = z.strictObject({
  /** Percent of all units. */
  rollout: z.int().min(1).max(100),
  /** How long the step lasts at least, minutes; the last one lasts to the end. */
  holdMinutes: z.number().min(0).max(129_600).default(0),
});

/** When an experiment starts, grows and ends by itself. Not part of the frozen design. */
export const experimentSchedule = z
  .strictObject({
    startAt: time.optional(),
    stopAt: time.optional(),
    /** Whether it ends once as many units were exposed as were planned. */
    stopOnPower: z.boolean().default(false),
    ramp: z
      .strictObject({
        steps: z.array(rampStep).min(2, 'needs at least two steps').max(20),
        /** Whether the verdict `rollback` pauses the experiment. */
        rollback: z.boolean().default(true),
      })
      .optional(),
  })
  .superRefine(({ startAt, stopAt, ramp }, context) => {
    if (startAt !== undefined && stopAt !== undefined && Date.parse(stopAt) <= Date.parse(startAt))
      context.addIssue({ code: 'custom', path: ['stopAt'], message: 'must be after startAt' });
    const steps = ramp?.steps ?? [];
    for (const [i, { rollout }] of steps.entries()) {
      const before = steps[i - 1];
      if (before !== undefined && rollout <= before.rollout) {
        const path = ['ramp', 'steps', i, 'rollout'];
        context.addIssue({ code: 'custom', path, message: 'must be above the step before' });
      }
    }
  });

export type ExperimentSchedule = z.output<typeof experimentSchedule>;
