import { z } from 'zod';

/** Body of `PUT /v1/holdout`. */
export const holdoutBody = z.strictObject({
  /** Percent of all units that no experiment gets. */
  percent: z.int().min(0).max(50),
  reason: z.string().min(1, 'must say why').max(2000),
});

export type HoldoutBody = z.output<typeof holdoutBody>;
