import { z } from 'zod';
import { parseBody } from '@adlift/problem';
import { isUuidV7, uuidV7Time } from '@adlift/wire';

/** A place in the order of samples: after this candidate of this prediction. */
export interface SampleCursor {
  readonly predictionId: string;
  readonly index: number;
}

const CURSOR = /^([0-9a-f-]{36}) ([0-9]{1,5})$/;
/** PostgreSQL reads no later day in the form in which it is sent. */
const LAST_MS = Date.UTC(9999, 11, 31);

const cursor = z.string().transform((text, context): SampleCursor => {
  const [, predictionId = '', index] = CURSOR.exec(Buffer.from(text, 'base64url').toString('latin1')) ?? [];
  if (isUuidV7(predictionId) && uuidV7Time(predictionId) <= LAST_MS) return { predictionId, index: Number(index) };
  context.addIssue({ code: 'custom', message: 'must be the nextCursor of an answer' });
  return z.NEVER;
});

const whole = (least: number, most: number) => {
  const message = `must be a whole number, ${least} to ${most}`;
  return z.coerce.number(message).int(message).min(least, message).max(most, message);
};

const OUTCOMES = ['shown', 'clicked', 'converted', 'fallback'] as const;

/** Parameters of `GET /v1/experiments/:key/samples` and `samples.csv`. */
export const sampleQuery = z.strictObject({
  variant: z.string().min(1, 'must not be empty').max(63, 'must have at most 63 characters').optional(),
  phase: whole(1, 1_000_000).optional(),
  outcome: z.enum(OUTCOMES, `must be one of ${OUTCOMES.join(', ')}`).default('shown'),
  limit: whole(1, 1000).default(50),
  cursor: cursor.optional(),
});

export type SampleQuery = z.output<typeof sampleQuery>;

/** Throws an `invalid_argument` DomainError naming the first wrong parameter. */
export function parseSampleQuery(query: unknown): SampleQuery {
  return parseBody(sampleQuery, query);
}

/** The cursor of the page after this candidate. */
export function encodeCursor({ predictionId, index }: SampleCursor): string {
  return Buffer.from(`${predictionId} ${index}`, 'latin1').toString('base64url');
}
