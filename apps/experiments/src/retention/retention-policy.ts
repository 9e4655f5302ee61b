import { z } from 'zod';

/** 0 keeps for ever. */
const keptDays = (least: number, most: number, byDefault: number) => {
  const message = `must be 0 (for ever) or days, ${least} to ${most}`;
  return z.coerce
    .number(message)
    .int(message)
    .max(most, message)
    .refine((days) => days === 0 || days >= least, message)
    .default(byDefault);
};

/** Variables that say how long what is kept. */
export const retentionVariables = {
  /** Full days that raw events are kept beside today; 0: for ever. */
  EVENT_RETENTION_DAYS: keptDays(2, 3650, 0),
  /** The same of the prediction log and shadow scores. */
  PREDICTION_RETENTION_DAYS: keptDays(1, 3650, 0),
  /** The same of the list of rejected events. */
  REJECTED_RETENTION_DAYS: keptDays(1, 3650, 30),
  /** Folder that days are written to as Parquet before they are dropped; none: they are not. */
  RETENTION_EXPORT_DIR: z.string().min(1).optional(),
};

/**
 * Refuses a retention within which an event may still come: its token lives as long as the attribution window, and a
 * conversion is told of a click of days ago.
 */
export function requireRetention(
  {
    EVENT_RETENTION_DAYS: kept,
    ATTRIBUTION_WINDOW_DAYS: window,
  }: Record<'EVENT_RETENTION_DAYS' | 'ATTRIBUTION_WINDOW_DAYS', number>,
  context: z.RefinementCtx,
): void {
  if (kept === 0 || kept > window) return;
  context.addIssue({
    code: 'custom',
    path: ['EVENT_RETENTION_DAYS'],
    message: `must be more than ATTRIBUTION_WINDOW_DAYS (${window}), or 0`,
  });
}
