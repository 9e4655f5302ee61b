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
  const predictionDaysDropped = await oldDays(options, LOG_TABLES, predictionDays);
  for (const day of predictionDaysDropped) {
    await exportDay(options, LOG_TABLES, day);
    const partitions = LOG_TABLES.map((table) => partitionOf(table, day));
    await client.query(`DROP TABLE IF EXISTS ${partitions.join(', ')}`);
    options.log(`dropped the prediction log of ${day}`);
  }
  const adVersionsDeleted =
    predictionDays === 0 ? 0 : await pruneAdVersions(client, firstKeptDay(predictionDays + CATALOGUE_LAG_DAYS, nowMs));
  const { rowCount } =
    rejectedDays === 0
      ? { rowCount: 0 }
      : await client.query('DELETE FROM event_rejected WHERE received_at < $1', [firstKeptDay(rejectedDays, nowMs)]);
  return { dropped, kept, predictionDaysDropped, rejectedDeleted: rowCount ?? 0, adVersionsDeleted };
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
    const { rows } = await client.query<{ there: boolean }>('SELECT to_regclass($1) IS NOT NULL AS there', [partition]);
    if (rows[0]?.there !== true) continue;
    const file = exportFile(exportFolder, table, day);
    exported.set(table, await exportTable({ databaseUrl, table: partition, file }, signal));
    log(`exported ${exported.get(table)} rows of ${partition}`);
  }
  return exported;
}
