import type { ClientBase } from 'pg';
import { MOMENT_COLUMNS } from '../fold/moment-columns';
import { SUM_COLUMNS } from '../fold/sum-columns';
import { inTransaction } from '../in-transaction';
import { PENDING_FACTS, RAW_FACTS, scopeValues, type Scope } from './raw-facts';
import { momentsOver, phasesOver } from './recounted-moments';
import { ROLLUP_DAY, summed, UNIT_AGG, UNIT_DAY, type SumsTable } from './statistics-tables';

/** A row of the kept statistics that is not what a recount says. */
export interface Mismatch {
  readonly table: string;
  readonly key: Readonly<Record<string, unknown>>;
}

const UNSEALED = 'day NOT IN (SELECT day FROM sealed_day)';
/** What a unit has counted over all days can be recounted only while all days are there. */
const NO_DAY_SEALED = `experiment NOT IN (SELECT experiment FROM rollup_day JOIN sealed_day USING (day))`;
const SUMS = SUM_COLUMNS.join(', ');
const OF_UNITS = 'SELECT * FROM unit_agg WHERE ($1::text IS NULL OR experiment = $1)';
const MOMENTS = [...MOMENT_COLUMNS.keys()];
const COUNTS = ['units_in_several_arms', 'units_without_exposure'];

const STATEMENTS: readonly (readonly [table: string, sql: string])[] = [
  ['rollup_day', againstRaw(ROLLUP_DAY, UNSEALED)],
  ['unit_day', againstRaw(UNIT_DAY, UNSEALED)],
  ['unit_agg', againstRaw(UNIT_AGG, NO_DAY_SEALED)],
  ['exp_moments', againstUnits('exp_moments', 'experiment, phase, variant', MOMENTS, momentsOver(OF_UNITS))],
  ['exp_phase', againstUnits('exp_phase', 'experiment, phase', COUNTS, phasesOver(OF_UNITS))],
];

/**
 * Rows, at most `limit` of each table, in which the kept statistics together with the deltas that wait differ from what
 * the valid raw rows say, or the moments from what the units say; in one snapshot, so that events and folds may go on.
 * Sealed days are left out. The client must not be in a transaction.
 */
export async function mismatches(client: ClientBase, scope: Scope, limit: number): Promise<Mismatch[]> {
  return inTransaction(
    client,
    async () => {
      const found: Mismatch[] = [];
      for (const [table, sql] of STATEMENTS) {
        const { rows } = await client.query<{ key: Mismatch['key'] }>(sql, [...scopeValues(scope), limit]);
        found.push(...rows.map(({ key }) => ({ table, key })));
      }
      return found;
    },
    'ISOLATION LEVEL REPEATABLE READ READ ONLY',
  );
}

function againstRaw(of: SumsTable, unsealed: string): string {
  const columns = `${of.key}, ${SUMS}`;
  const within = `${of.within} AND ${unsealed}`;
  const raw = `WITH ${RAW_FACTS} ${summed(of, `${of.facts} WHERE ${within}`)}`;
  const kept = `WITH ${PENDING_FACTS} ${summed(
    of,
    `(SELECT ${columns} FROM ${of.table} WHERE ${within}
      UNION ALL SELECT ${columns} FROM ${of.facts} WHERE ${within}) AS both_parts`,
  )}`;
  return different(of.key, SUM_COLUMNS, raw, kept);
}

function againstUnits(table: string, key: string, columns: readonly string[], recounted: string): string {
  const kept = `SELECT ${key}, ${columns.join(', ')} FROM ${table}
    WHERE ($1::text IS NULL OR experiment = $1) AND (${columns.map((column) => `${column} <> 0`).join(' OR ')})`;
  return different(key, columns, recounted, kept, 'WHERE $2::date IS NULL');
}

function different(key: string, columns: readonly string[], raw: string, kept: string, where = ''): string {
  const keys = key.split(', ').map((column) => `'${column}', ${column}`);
  const list = (table: string): string => columns.map((column) => `${table}.${column}::numeric`).join(', ');
  return `SELECT key FROM (
      SELECT jsonb_build_object(${keys.join(', ')}) AS key
      FROM (${raw}) AS r FULL JOIN (${kept}) AS k USING (${key})
      WHERE (${list('r')}) IS DISTINCT FROM (${list('k')}) ORDER BY ${key}
    ) AS differing ${where} LIMIT $3`;
}
