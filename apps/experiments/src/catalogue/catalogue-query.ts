import { z } from 'zod';
import { parseBody } from '@adlift/problem';
import { requireId } from '@adlift/wire';

const MAX_VERSION = 2 ** 31 - 1;

const whole = (allowed: string, least: number, most: number) =>
  z.coerce.number(allowed).int(allowed).min(least, allowed).max(most, allowed);

const version = whole('must be a version of the catalogue, a whole number from 1', 1, MAX_VERSION).optional();
const limit = whole('must be a whole number, 1 to 1000', 1, 1000).default(100);

/** Query of `GET /v1/ads`: a page of the ads whose id comes after `after`. */
export const listQuery = z.strictObject({ after: z.string().default(''), limit });
/** Query of `GET /v1/ads/:adId`: the ad as of `version`, by default now. */
export const adQuery = z.strictObject({ version });
/** Query of `GET /v1/ads/:adId/history`: a page of the versions before `before`, newest first. */
export const historyQuery = z.strictObject({ before: version, limit });

export type ListQuery = z.output<typeof listQuery>;
export type HistoryQuery = z.output<typeof historyQuery>;

/** Throws an `invalid_argument` DomainError naming the first wrong parameter, as do its neighbours. */
export function parseListQuery(query: unknown): ListQuery {
  const parsed = parseBody(listQuery, query);
  requireId('after', parsed.after, 0);
  return parsed;
}

export function parseAdQuery(query: unknown): { version?: number | undefined } {
  return parseBody(adQuery, query);
}

export function parseHistoryQuery(query: unknown): HistoryQuery {
  return parseBody(historyQuery, query);
}
