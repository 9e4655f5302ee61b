import { randomUUID } from 'node:crypto';
import type { ClientBase } from 'pg';
import { ADVISORY_LOCKS } from '@adlift/persistence';
import { FOLD_LIMIT, foldAsLeader, foldDeltas } from '../fold/fold-deltas';
import { PACKED_COLUMNS } from '../fold/packed-columns';
import { inTransaction } from '../in-transaction';
import { sealDay } from '../recount/seal-day';
import { COUNTED_TABLES } from './drop-day';

/** What was erased of a unit. */
export interface Erasure {
  /** Rows by table; tables that held none are left out. */
  readonly rows: Readonly<Record<string, number>>;
  /** Days ("YYYY-MM-DD") whose kept sums can no longer be recounted from the raw rows. */
  readonly sealedDays: readonly string[];
}

/** Tables that hold the unit by name, and those that hold it by the number of a prediction or its trace. */
const RAW_TABLES = [...COUNTED_TABLES, 'exposure', 'prediction'];
const BY_UNIT = [...RAW_TABLES, 'event_delta', 'unit_click', 'unmatched_candidate', 'unexposed_unit'];
const BY_PREDICTION = ['shadow_score', 'event_rejected'];
const BY_TRACE = ['span', 'trace'];
const SUMS = ['unit_agg', 'unit_day', 'covariate_unit'];

/** In one statement, so in one snapshot: an event that comes meanwhile keeps both its row and what it is to count. */
const ERASE_BY_UNIT = `WITH ${BY_UNIT.map(
  (table) => `${table}_gone AS (DELETE FROM ${table} WHERE unit = $1 RETURNING ${foundIn(table)})`,
).join(', ')}, packed_gone AS (
    UPDATE event_delta SET ${PACKED_COLUMNS.map((column) => `${column} = ${withoutUnit(column)}`).join(', ')}
    WHERE $1 = ANY(units)
  )
  INSERT INTO erased ${BY_UNIT.map((table) => `SELECT '${table}', * FROM ${table}_gone`).join(' UNION ALL ')}`;

/** A refused record is kept in bytes, in which a text has its length before it. */
const REFUSED = `detail ? 'record' AND position(
  int4send(octet_length(convert_to($1, 'UTF8'))) || convert_to($1, 'UTF8') IN decode(detail ->> 'record', 'base64')) > 0`;

const DAYS = `SELECT DISTINCT day::text AS day FROM erased WHERE source = ANY($1)
  AND day NOT IN (SELECT day FROM sealed_day WHERE reason = 'retention') ORDER BY 1`;

/** An array of a delta with many units, without the element of $1. */
function withoutUnit(column: string): string {
  return `${column}[:array_position(units, $1) - 1] || ${column}[array_position(units, $1) + 1:]`;
}

function foundIn(table: string): string {
  if (!RAW_TABLES.includes(table)) return 'NULL::date, NULL::uuid, NULL';
  return `day, prediction_id, ${table === 'exposure' ? 'NULL' : 'trace_id'}`;
}

/**
 * Erases what is stored of a unit, in one transaction: its events, exposures, logged predictions with their traces and
 * shadow scores, and what was listed as rejected. What it had counted stays in the sums of its arms, under a random name
 * that is noted nowhere, so that no report changes. Events of it that come later are new ones. It reads all raw rows.
 * The client must not be in a transaction. Throws RangeError for the empty unit, which stands for events without one.
 */
export async function eraseUnit(client: ClientBase, unit: string): Promise<Erasure> {
  if (unit === '') throw new RangeError('the empty unit cannot be erased');
  // A long queue is folded in parts of its own, so that the transaction has little left to fold.
  while ((await foldDeltas(client, FOLD_LIMIT)) >= FOLD_LIMIT);
  return inTransaction(client, async () => {
    // A count that has read the unit's name must not write it down afterwards.
    await client.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.covariates]);
    await client.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.fold]);
    // What waits to be counted counts first; what comes after it goes with its row.
    await foldAsLeader(client, FOLD_LIMIT);
    await client.query(
      'CREATE TEMP TABLE erased (source text, day date, prediction_id uuid, trace_id text) ON COMMIT DROP',
    );
    await client.query(ERASE_BY_UNIT, [unit]);
    const rows = await erasedRows(client);
    const erase = async (table: string, where: string, values: unknown[] = []): Promise<void> => {
      const { rowCount } = await client.query(`DELETE FROM ${table} WHERE ${where}`, values);
      if (rowCount !== null && rowCount > 0) rows[table] = (rows[table] ?? 0) + rowCount;
    };
    for (const table of BY_PREDICTION) await erase(table, 'prediction_id IN (SELECT prediction_id FROM erased)');
    for (const table of BY_TRACE) await erase(table, "trace_id IN (SELECT trace_id FROM erased WHERE trace_id <> '')");
    await erase('event_rejected', REFUSED, [unit]);
    const name = `erased:${randomUUID()}`;
    for (const table of SUMS) await client.query(`UPDATE ${table} SET unit = $2 WHERE unit = $1`, [unit, name]);
    const counted = [...COUNTED_TABLES, 'exposure'];
    const days = (await client.query<{ day: string }>(DAYS, [counted])).rows.map(({ day }) => day);
    for (const day of days) await sealDay(client, day, 'erasure');
    return { rows, sealedDays: days };
  });
}

/** Rows that were erased so far, by table. */
async function erasedRows(client: ClientBase): Promise<Record<string, number>> {
  const { rows } = await client.query<{ source: string; count: number }>(
    'SELECT source, count(*)::int AS count FROM erased GROUP BY source',
  );
  return Object.fromEntries(rows.map(({ source, count }) => [source, count]));
}
