import { z } from 'zod';
import { DomainError, parseBody } from '@adlift/problem';
import { idCursor, pageLimit, parseQuery, queryTime } from '../paging/page-query';

/** Kinds of events, then those of records that the database refused. */
const KINDS = [
  ...['exposure', 'impression', 'click', 'conversion', 'hide', 'invalidate', 'unknown'],
  ...['event', 'prediction', 'shadow', 'rejection'],
] as const;

/** Parameters of `GET /v1/events/rejected`. */
export const rejectedQuery = z.object({
  status: z.enum(['duplicate', 'conflict', 'rejected'], 'must be duplicate, conflict or rejected').optional(),
  /** The whole reason, or with what it begins up to a colon. */
  reason: z.string().min(1, 'must not be empty').max(200, 'must have at most 200 characters').optional(),
  kind: z.enum(KINDS, `must be one of ${KINDS.join(', ')}`).optional(),
  /** Of the arrival: from this time on, and before that one. */
  from: queryTime.optional(),
  to: queryTime.optional(),
  limit: pageLimit,
  cursor: idCursor.optional(),
  /** Only what was not sent again yet and can be, with its reports. */
  replayable: z.literal('true', 'must be true').optional(),
});

export type RejectedQuery = z.output<typeof rejectedQuery>;

/** Throws an `invalid_argument` DomainError naming the first wrong parameter. */
export function parseRejectedQuery(query: unknown): RejectedQuery {
  const parsed = parseQuery(rejectedQuery, query);
  if (parsed.reason?.includes('\0') === true)
    throw new DomainError('invalid_argument', 'reason: must not hold U+0000', 'reason');
  return parsed;
}

/** Body of `POST /v1/events/rejected/replayed`. */
export const replayedBody = z.strictObject({
  ids: z.array(z.string().regex(/^[0-9]{1,18}$/, 'must be an id')).max(1000),
});

/** Throws an `invalid_argument` DomainError naming the first wrong field. */
export function parseReplayed(body: unknown): readonly string[] {
  return parseBody(replayedBody, body).ids;
}
