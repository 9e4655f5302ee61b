import { z } from 'zod';
import { DomainError, parseBody } from '@adlift/problem';

const MAX_BIGINT = 2n ** 63n - 1n;

const traceId = z
  .string()
  .toLowerCase()
  .regex(/^(?!0+$)[0-9a-f]{32}$/, 'must be 32 hex digits, not all zero');

const predictionId = z
  .string()
  .toLowerCase()
  .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'must be a UUID');

const name = z.string().min(1, 'must not be empty').max(200, 'must have at most 200 characters');

const time = z.iso
  .datetime({ offset: true, error: 'must be a time such as 2026-01-31T12:00:00Z' })
  .transform((text) => storable(BigInt(Date.parse(text)) * 1_000_000n));

/** Place in the list after which the next page begins: the start and the id of a trace. */
const cursor = z
  .string()
  .transform((text) => Buffer.from(text, 'base64url').toString('latin1'))
  .pipe(z.string().regex(/^\d{1,19}:[0-9a-f]{32}$/, 'must be the nextCursor of an answer'))
  .transform((text) => {
    const [startNs = '', traceId = ''] = text.split(':');
    return { startNs: storable(BigInt(startNs)), traceId };
  });

const wholeNumber = (allowed: string, least: number, most: number) =>
  z.coerce.number(allowed).int(allowed).min(least, allowed).max(most, allowed);

/** Parameters of `GET /v1/traces`. */
export const traceQuery = z.object({
  traceId: traceId.optional(),
  predictionId: predictionId.optional(),
  experiment: name.optional(),
  variant: name.optional(),
  /** Milliseconds between the first start and the last end in the trace. */
  minDurationMs: z.coerce
    .number('must be milliseconds, 0 to 86400000')
    .min(0, 'must be milliseconds, 0 to 86400000')
    .max(86_400_000, 'must be milliseconds, 0 to 86400000')
    .optional(),
  /** Only traces with a span that failed, or only those without. */
  error: z
    .enum(['true', 'false'], 'must be true or false')
    .transform((text) => text === 'true')
    .optional(),
  /** Of the trace's start: from this time on, and before that one. */
  from: time.optional(),
  to: time.optional(),
  limit: wholeNumber('must be a whole number, 1 to 200', 1, 200).default(50),
  cursor: cursor.optional(),
});

export type TraceQuery = z.output<typeof traceQuery>;

/** Throws an `invalid_argument` DomainError naming the first wrong parameter. */
export function parseTraceQuery(query: unknown): TraceQuery {
  const unknown = Object.keys(query ?? {}).find((name) => !(name in traceQuery.shape));
  if (unknown !== undefined) {
    const known = Object.keys(traceQuery.shape).join(', ');
    throw new DomainError('invalid_argument', `${unknown}: is not a parameter; there are ${known}`, unknown);
  }
  return parseBody(traceQuery, query);
}

export function encodeCursor({ startNs, traceId }: { startNs: bigint; traceId: string }): string {
  return Buffer.from(`${startNs}:${traceId}`, 'latin1').toString('base64url');
}

/** A trace id from a path, lower-case. Throws an `invalid_argument` DomainError. */
export function parseTraceId(text: string): string {
  const parsed = traceId.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new DomainError('invalid_argument', 'id: must be 32 hex digits, not all zero', 'id');
}

/** A prediction id from a path, lower-case. Throws an `invalid_argument` DomainError. */
export function parsePredictionId(text: string): string {
  const parsed = predictionId.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new DomainError('invalid_argument', 'id: must be a UUID', 'id');
}

/** As near as the store's bigint comes. */
function storable(ns: bigint): bigint {
  return ns > MAX_BIGINT ? MAX_BIGINT : ns;
}
