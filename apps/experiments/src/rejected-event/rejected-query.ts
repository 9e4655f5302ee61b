import { z } from 'zod';
import { DomainError, parseBody } from '@adlift/problem';

/** Kinds of events, then those of records that the database refused. */
const KINDS = [
  ...['exposure', 'impression', 'click', 'conversion', 'hide', 'invalidate', 'unknown'],
  ...['event', 'prediction', 'shadow', 'rejection'],
] as const;
const MAX_ID = 2n ** 63n - 1n;

const time = z.iso
  .datetime({ offset: true, error: 'must be a time such as 2026-01-31T12:00:00Z' })
  .transform((text) => new Date(text));

/** The id of the last row of the page before, as text. */
const cursor = z
  .string()
  .transform((text) => Buffer.from(text, 'base64url').toString('latin1'))
  .refine((text) => /^[0-9]{1,19}$/.test(text) && BigInt(text) <= MAX_ID, 'must be the nextCursor of an answer');

const LIMIT = 'must be a whole number, 1 to 1000';

/** Parameters of `GET /v1/events/rejected`. */
const rejectedQuery = z.object({
  status: z.enum(['duplicate', 'conflict', 'rejected'], 'must be duplicate, conflict or rejected').optional(),
  /** The whole reason, or with what it begins up to a colon. */
  reason: z.string().min(1, 'must not be empty').max(200, 'must have at most 200 characters').optional(),
  kind: z.enum(KINDS, `must be one of ${KINDS.join(', ')}`).optional(),
  /** Of the arrival: from this time on, and before that one. */
  from: time.optional(),
  to: time.optional(),
  limit: z.coerce.number(LIMIT).int(LIMIT).min(1, LIMIT).max(1000, LIMIT).default(100),
  cursor: cursor.optional(),
  /** Only what was not sent again yet and can be, with its reports. */
  replayable: z.literal('true', 'must be true').optional(),
});

export type RejectedQuery = z.output<typeof rejectedQuery>;

/** Throws an `invalid_argument` DomainError naming the first wrong parameter. */
export function parseRejectedQuery(query: unknown): RejectedQuery {
  const unknown = Object.keys(query ?? {}).find((name) => !Object.hasOwn(rejectedQuery.shape, name));
  if (unknown !== undefined) {
    const known = Object.keys(rejectedQuery.shape).join(', ');
    throw new DomainError('invalid_argument', `${unknown}: is not a parameter; there are ${known}`, unknown);
  }
  const parsed = parseBody(rejectedQuery, query);
  if (parsed.reason?.includes('\0') === true)
    throw new DomainError('invalid_argument', 'reason: must not hold U+0000', 'reason');
  return parsed;
}

/** Body of `POST /v1/events/rejected/replayed`. */
const replayedBody = z.strictObject({ ids: z.array(z.string().regex(/^[0-9]{1,18}$/, 'must be an id')).max(1000) });

/** Throws an `invalid_argument` DomainError naming the first wrong field. */
export function parseReplayed(body: unknown): readonly string[] {
  return parseBody(replayedBody, body).ids;
}

/** The cursor of the page after the row with this id. */
export function encodeCursor(id: string): string {
  return Buffer.from(id, 'latin1').toString('base64url');
}
