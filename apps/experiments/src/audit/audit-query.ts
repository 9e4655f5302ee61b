import { z } from 'zod';
import { idCursor, pageLimit, queryTime } from '../paging/page-query';

const text = z
  .string()
  .min(1, 'must not be empty')
  .max(200, 'must have at most 200 characters')
  .refine((value) => !value.includes('\0'), 'must not hold U+0000');

/** Parameters of `GET /v1/audit`. */
export const auditQuery = z.object({
  actor: text.optional(),
  /** Such as "experiment.start". */
  action: text.optional(),
  /** Such as "experiment:demo-1". */
  subject: text.optional(),
  /** From this time on, and before that one. */
  from: queryTime.optional(),
  to: queryTime.optional(),
  limit: pageLimit,
  cursor: idCursor.optional(),
});

export type AuditQuery = z.output<typeof auditQuery>;
