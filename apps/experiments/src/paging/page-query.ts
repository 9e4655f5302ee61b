import { z } from 'zod';
import { DomainError, parseBody } from '@adlift/problem';

const MAX_ID = 2n ** 63n - 1n;
const LIMIT = 'must be a whole number, 1 to 1000';
const NOT_A_CURSOR = 'must be the nextCursor of an answer';

/** Rows of a page. */
export const pageLimit = z.coerce.number(LIMIT).int(LIMIT).min(1, LIMIT).max(1000, LIMIT).default(100);

/** The text that a cursor stands for. */
const cursorText = z.string().transform((text) => Buffer.from(text, 'base64url').toString());

/** The id of the last row of the page before, as text. */
export const idCursor = cursorText.refine((text) => /^[0-9]{1,19}$/.test(text) && BigInt(text) <= MAX_ID, NOT_A_CURSOR);

/** The key of the last row of the page before. */
export const keyCursor = cursorText.refine((text) => /^[a-z0-9-]{1,63}$/.test(text), NOT_A_CURSOR);

/** An ISO 8601 time as a Date. */
export const queryTime = z.iso
  .datetime({ offset: true, error: 'must be a time such as 2026-01-31T12:00:00Z' })
  .transform((text) => new Date(text));

/** The cursor of the page after the row with this id or key. */
export function encodeCursor(id: string): string {
  return Buffer.from(id).toString('base64url');
}

/** Throws an `invalid_argument` DomainError naming the first parameter that there is not, or that is wrong. */
export function parseQuery<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  query: unknown,
): z.output<z.ZodObject<Shape>> {
  const unknown = Object.keys(query ?? {}).find((name) => !Object.hasOwn(schema.shape, name));
  if (unknown !== undefined) {
    const known = Object.keys(schema.shape).join(', ');
    throw new DomainError('invalid_argument', `${unknown}: is not a parameter; there are ${known}`, unknown);
  }
  return parseBody(schema, query);
}
