import type { ClientBase } from 'pg';

const DAY_MS = 86_400_000;

/** The first day ("YYYY-MM-DD") that is kept when `days` full days are kept beside today. */
export function firstKeptDay(days: number, nowMs: number): string {
  return new Date((Math.floor(nowMs / DAY_MS) - days) * DAY_MS).toISOString().slice(0, 10);
}

/** Days before `firstKept` of which any of the tables has a partition, the oldest first. */
export async function daysBefore(
  client: ClientBase,
  tables: readonly string[],
  firstKept: string,
): Promise<readonly string[]> {
  const { rows } = await client.query<{ day: string }>(
    `SELECT DISTINCT to_date(substring(child.relname FROM '_(\\d{8})$'), 'YYYYMMDD')::text AS day
     FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid
     WHERE inhparent = ANY($1::regclass[]) AND child.relname ~ '_\\d{8}$' ORDER BY 1`,
    [tables],
  );
  return rows.map(({ day }) => day).filter((day) => day < firstKept);
}

/** The partition of a table for a day. */
export function partitionOf(table: string, day: string): string {
  return `${table}_${day.replaceAll('-', '')}`;
}
