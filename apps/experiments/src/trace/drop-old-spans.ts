import type { ClientBase } from 'pg';
import { ADVISORY_LOCKS } from '@adlift/persistence';

const DAY_MS = 86_400_000;

/**
 * Drops the partitions of spans that started more than `retentionDays` full days before the day of `nowMs`, and forgets
 * their traces. One process at a time: the others do nothing. Returns the days dropped, as "YYYYMMDD".
 */
export async function dropOldSpans(client: ClientBase, retentionDays: number, nowMs: number): Promise<string[]> {
  const firstKept = Math.floor(nowMs / DAY_MS) - retentionDays;
  const firstKeptDay = new Date(firstKept * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '');
  await client.query('BEGIN');
  try {
    // Writers and readers must not stand in a queue behind a drop that waits for one of them.
    await client.query("SET LOCAL lock_timeout = '2s'");
    const { rows: locks } = await client.query<{ leader: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS leader', [
      ADVISORY_LOCKS.spanRetention,
    ]);
    const old = locks[0]?.leader === true ? await partitionsBefore(client, firstKeptDay) : [];
    for (const day of old) await client.query(`DROP TABLE span_${day}`);
    if (locks[0]?.leader === true) {
      await client.query('DELETE FROM trace WHERE start_ns < $1', [String(BigInt(firstKept * DAY_MS) * 1_000_000n)]);
    }
    await client.query('COMMIT');
    return old;
  } catch (error) {
    // Without a connection there is nothing to roll back, and the first error is the one that tells why.
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

async function partitionsBefore(client: ClientBase, day: string): Promise<string[]> {
  const { rows } = await client.query<{ day: string }>(
    `SELECT substring(child.relname FROM '^span_(\\d{8})$') AS day
     FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid WHERE inhparent = 'span'::regclass ORDER BY 1`,
  );
  return rows.map((row) => row.day).filter((found) => found !== null && found < day);
}
