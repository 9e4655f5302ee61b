import type { ClientBase } from 'pg';
import { ADVISORY_LOCKS } from './advisory-locks';

/** The event tables, with one partition a day, the day being the prediction's. */
export const EVENT_TABLES = ['impression', 'click', 'conversion', 'feedback', 'prediction', 'shadow_score'] as const;

/**
 * Makes the daily partitions of `tables` for `days` ("YYYY-MM-DD") where they do not exist yet, one process at a time.
 * Neither readers nor writers of the tables are waited for. Runs in a transaction of its own: the client must not be
 * inside one.
 */
export async function ensurePartitions(
  client: ClientBase,
  days: Iterable<string>,
  tables: readonly string[] = EVENT_TABLES,
): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.partitions]);
    for (const day of days) {
      if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) throw new RangeError(`"${day}" is not a day`);
      for (const table of tables) await ensurePartition(client, table, day);
    }
    await client.query('COMMIT');
  } catch (error) {
    // Without a connection there is nothing to roll back, and the first error is the one that tells why.
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** Made beside its table and attached: CREATE TABLE ... PARTITION OF would wait for whoever reads or writes the table. */
async function ensurePartition(client: ClientBase, table: string, day: string): Promise<void> {
  const partition = `${table}_${day.replaceAll('-', '')}`;
  const { rows } = await client.query<{ there: boolean }>('SELECT to_regclass($1) IS NOT NULL AS there', [partition]);
  if (rows[0]?.there === true) return;
  const next = new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);
  await client.query(
    `CREATE TABLE ${partition} (LIKE ${table} INCLUDING ALL);
     ALTER TABLE ${table} ATTACH PARTITION ${partition} FOR VALUES FROM ('${day}') TO ('${next}')`,
  );
}
