import type { ClientBase } from 'pg';
import { COUNTED_TABLES, dropDay } from '@adlift/ledger';
import { pruneAdVersions } from '../catalogue/prune-ad-versions';
import { exportFile, exportTable } from './exporter';
import { daysBefore, firstKeptDay, partitionOf } from './old-days';

/** Tables of the prediction log: nothing is counted from them. */
const LOG_TABLES = ['prediction', 'shadow_score'] as const;
/** Days that a predictor may be behind with the catalogue: its log names the version it had. */
const CATALOGUE_LAG_DAYS = 7;

export interface RetentionOptions {
  readonly client: ClientBase;
  readonly databaseUrl: string;
  /** Full days kept beside today; 0: for ever. */
  readonly eventDays: number;
  readonly predictionDays: number;
  readonly rejectedDays: number;
  /** Where days are exported to before they are dropped. */
  readonly exportFolder: string | undefined;
  readonly nowMs: number;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

/** What one run did. */
export interface RetentionRun {
  /** Days ("YYYY-MM-DD") whose raw events were dropped, and those that stay for now. */
  readonly dropped: readonly string[];
  readonly kept: readonly string[];
  readonly predictionDaysDropped: readonly string[];
  readonly rejectedDeleted: number;
  readonly adVersionsDeleted: number;
}

/** Exports and drops what is older than it is to be kept, day by day; what fails stays and is tried again next time. */
export async function applyRetention(options: RetentionOptions): Promise<RetentionRun> {
  const { client, nowMs, eventDays, predictionDays, rejectedDays } = options;
  const dropped: string[] = [];
  const kept: string[] = [];
  for (const day of await oldDays(options, COUNTED_TABLES, eventDays)) {
    const why = await dropDay(client, day, await exportDay(options, COUNTED_TABLES, day));
    (why === undefined ? dropped : kept).push(day);
    options.log(why === undefined ? `dropped the raw events of ${day}` : `the raw events of ${day} stay: ${why}`);
  }
  const predictionDaysDropped: string[] = [];
  for (const day of await oldDays(options, LOG_TABLES, predictionDays)) {
    const isDropped = await dropLog(client, day, await exportDay(options, LOG_TABLES, day));
    if (isDropped) predictionDaysDropped.push(day);
    options.log(isDropped ? `dropped the prediction log of ${day}` : `the prediction log of ${day} grew and stays`);
  }
  const adVersionsDeleted =
    predictionDays === 0 ? 0 : await pruneAdVersions(client, firstKeptDay(predictionDays + CATALOGUE_LAG_DAYS, nowMs));
  const { rowCount } =
    rejectedDays === 0
      ? { rowCount: 0 }
      : await client.query('DELETE FROM event_rejected WHERE received_at < $1', [firstKeptDay(rejectedDays, nowMs)]);
  return { dropped, kept, predictionDaysDropped, rejectedDeleted: rowCount ?? 0, adVersionsDeleted };
}

/** Drops the log of a day, unless a table has another number of rows than was `exported`. */
async function dropLog(
  client: ClientBase,
  day: string,
  exported: ReadonlyMap<string, number> | undefined,
): Promise<boolean> {
  await client.query('BEGIN');
  try {
    // Before the partitions, as writers lock them: nobody can add to them any more.
    await client.query(`LOCK TABLE ONLY ${LOG_TABLES.join(', ONLY ')} IN ACCESS EXCLUSIVE MODE`);
    for (const [table, rows] of exported ?? []) {
      const { rows: counted } = await client.query<{ count: number }>(
        `SELECT count(*)::int AS count FROM ${partitionOf(table, day)}`,
      );
      if (counted[0]?.count === rows) continue;
      await client.query('ROLLBACK');
      return false;
    }
    await client.query(`DROP TABLE IF EXISTS ${LOG_TABLES.map((table) => partitionOf(table, day)).join(', ')}`);
    await client.query('COMMIT');
    return true;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

function oldDays(
  { client, nowMs }: RetentionOptions,
  tables: readonly string[],
  days: number,
): Promise<readonly string[]> {
  return days === 0 ? Promise.resolve([]) : daysBefore(client, tables, firstKeptDay(days, nowMs));
}

/** Rows exported of each table of the day; undefined when nothing is to be exported. */
async function exportDay(
  { client, databaseUrl, exportFolder, signal, log }: RetentionOptions,
  tables: readonly string[],
  day: string,
): Promise<ReadonlyMap<string, number> | undefined> {
  if (exportFolder === undefined) return undefined;
  const exported = new Map<string, number>();
  for (const table of tables) {
    const partition = partitionOf(table, day);
    const { rows } = await client.query<{ oid: string | null }>('SELECT to_regclass($1)::oid::text AS oid', [
      partition,
    ]);
    const oid = rows[0]?.oid ?? null;
    if (oid === null) continue;
    const file = exportFile(exportFolder, table, day, oid);
    exported.set(table, await exportTable({ databaseUrl, table: partition, file }, signal));
    log(`exported ${exported.get(table)} rows of ${partition}`);
  }
  return exported;
}
