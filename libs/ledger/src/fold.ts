import type { ClientBase } from 'pg';

/** Any constant works; it must only be the same in every process. */
const FOLD_LOCK = 7_203_313;

const SUM_COLUMNS = [
  'exposures',
  'impressions',
  'clicks',
  'conversions',
  'hides',
  'fallback_impressions',
  'charged_micros',
  'value_micros',
  'predicted_clicks_e9',
];

interface FoldTarget {
  readonly table: string;
  readonly key: string;
  readonly where: string;
}

const TARGETS: readonly FoldTarget[] = [
  { table: 'unit_agg', key: 'experiment, phase, unit, variant', where: "experiment <> ''" },
  { table: 'rollup_day', key: 'experiment, phase, variant, day', where: "experiment <> ''" },
  { table: 'unit_day', key: 'unit, day', where: "experiment = ''" },
];

/**
 * Moves up to `limit` deltas into the kept statistics, in one transaction. One process folds at a time; the others
 * return 0. Rows are upserted in the order of their keys, so two folds can never wait for each other in a circle.
 */
export async function foldDeltas(client: ClientBase, limit: number): Promise<number> {
  await client.query('BEGIN');
  try {
    const { rows } = await client.query<{ leader: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS leader', [
      FOLD_LOCK,
    ]);
    const folded = rows[0]?.leader === true ? await fold(client, limit) : 0;
    await client.query('COMMIT');
    return folded;
  } catch (error) {
    // Without a connection there is nothing to roll back, and the first error is the one that tells why.
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

async function fold(client: ClientBase, limit: number): Promise<number> {
  await client.query('CREATE TEMP TABLE IF NOT EXISTS folding (LIKE event_delta) ON COMMIT DELETE ROWS');
  const { rowCount } = await client.query(
    `WITH gone AS (
       DELETE FROM event_delta WHERE id IN (SELECT id FROM event_delta ORDER BY id LIMIT $1) RETURNING *
     ) INSERT INTO folding SELECT * FROM gone`,
    [limit],
  );
  const moved = rowCount ?? 0;
  if (moved > 0) for (const target of TARGETS) await client.query(upsert(target));
  await client.query(
    `UPDATE fold_state SET folded_at = clock_timestamp(),
       folded_through = greatest(folded_through, (SELECT coalesce(max(id), 0) FROM folding))`,
  );
  return moved;
}

function upsert({ table, key, where }: FoldTarget): string {
  const sums = SUM_COLUMNS.map((column) => `sum(${column})`).join(', ');
  const added = SUM_COLUMNS.map((column) => `${column} = ${table}.${column} + excluded.${column}`).join(', ');
  return `INSERT INTO ${table} (${key}, ${SUM_COLUMNS.join(', ')})
    SELECT ${key}, ${sums} FROM folding WHERE ${where} GROUP BY ${key} ORDER BY ${key}
    ON CONFLICT (${key}) DO UPDATE SET ${added}`;
}
