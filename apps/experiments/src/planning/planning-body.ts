import { z } from 'zod';

const days = z.int().min(1).max(90).default(14);
const alpha = z.number().gt(0).lt(0.5).default(0.05);
/** Percent of the experiment's traffic by variant, the control first. */
const weights = z
  .array(z.number().positive().max(100))
  .min(2, 'needs at least two variants')
  .max(16)
  .refine((all) => Math.abs(all.reduce((sum, weight) => sum + weight) - 100) < 1e-6, 'must sum to 100')
  .default([50, 50]);

/** Body of `POST /v1/planning/power`. */
export const powerBody = z.strictObject({
  goal: z.enum(['ctr', 'conversionRate', 'rpm', 'revenuePerUnit']).default('rpm'),
  mode: z.enum(['sequential', 'fixed']).default('sequential'),
  alpha,
  power: z.number().min(0.5).max(0.999).default(0.8),
  weights,
  /** Percent of all units that take part. */
  rollout: z.number().positive().max(100).default(100),
  /** Days of traffic to learn from, the running one included. */
  days,
  /** A lift that must not be missed, such as 0.05. */
  effect: z
    .number()
    .refine((lift) => lift !== 0 && lift > -1, 'must be a lift above -1 other than 0')
    .optional(),
  /** Exposed units in all arms. */
  plannedUnits: z.int().min(100).max(1_000_000_000).optional(),
});

export type PowerBody = z.output<typeof powerBody>;

/** Body of `POST /v1/planning/aa`. */
export const aaBody = z.strictObject({
  alpha,
  weights,
  days,
  replays: z.int().min(100).max(5000).default(1000),
  seed: z.int().min(0).max(0xffff_ffff).default(1),
});

export type AaBody = z.output<typeof aaBody>;
