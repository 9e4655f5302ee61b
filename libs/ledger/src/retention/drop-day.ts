import type { ClientBase } from 'pg';
import { ADVISORY_LOCKS } from '@adlift/persistence';
import { inTransaction } from '../in-transaction';
import { sealDay } from '../recount/seal-day';

/** Tables whose rows the statistics are made of. */
export const COUNTED_TABLES = ['impression', 'click', 'conversion', 'feedback'] as const;

/** Longer than any statement of a fold may take. */
const FOLD_PATIENCE = '90s';

/** Why a day's raw rows are still there. */
export type Kept = 'not folded yet' | 'changed meanwhile';

/**
 * Drops the raw events of a day ("YYYY-MM-DD") and seals it: what they had counted stays, can no longer be recounted,
 * and the day takes no events any more. `exported` are the rows of each table that are kept elsewhere; a table that has
 * another number of them by now stays. Resolves with undefined when the day is dropped. The client must not be in a
 * transaction, and should have a lock timeout: writers stand in a queue behind a drop that waits.
 */
export async function dropDay(
  client: ClientBase,
  day: string,
  exported?: ReadonlyMap<string, number>,
): Promise<Kept | undefined> {
  let kept: Kept | undefined;
  await inTransaction(client, async () => {
    // First, as the fold does: it changes the flags of the rows that are to be dropped. Nobody stands in a queue
    // behind this, so a fold that takes longer than writers may wait is waited for.
    await client.query(`SET LOCAL lock_timeout = '${FOLD_PATIENCE}'`);
    await client.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.fold]);
    await client.query('SET LOCAL lock_timeout TO DEFAULT');
    const partitions = await detach(client, day);
    // Nobody can add to them any more, so this is all that there will be.
    kept = (await isFolded(client, day)) ? await changedSince(client, partitions, exported) : 'not folded yet';
    if (kept !== undefined) throw new StaysAsItIs();
    for (const partition of partitions.values()) await client.query(`DROP TABLE ${partition}`);
    for (const table of ['unit_click', 'unmatched_candidate'])
      await client.query(`DELETE FROM ${table} WHERE day = $1`, [day]);
    await sealDay(client, day, 'retention');
  }).catch((error: unknown) => {
    if (!(error instanceof StaysAsItIs)) throw error;
  });
  return kept;
}

/** Rolls back. */
class StaysAsItIs extends Error {}

/** Detaches the partitions of the day; their names by table. */
async function detach(client: ClientBase, day: string): Promise<ReadonlyMap<string, string>> {
  const partitions = new Map<string, string>();
  for (const table of COUNTED_TABLES) {
    const partition = `${table}_${day.replaceAll('-', '')}`;
    const { rows } = await client.query<{ there: boolean }>(
      `SELECT EXISTS (SELECT FROM pg_inherits WHERE inhparent = $1::regclass AND inhrelid = to_regclass($2)) AS there`,
      [table, partition],
    );
    if (rows[0]?.there !== true) continue;
    await client.query(`ALTER TABLE ${table} DETACH PARTITION ${partition}`);
    partitions.set(table, partition);
  }
  return partitions;
}

async function isFolded(client: ClientBase, day: string): Promise<boolean> {
  const { rows } = await client.query<{ waits: boolean }>(
    'SELECT EXISTS (SELECT FROM event_delta WHERE day = $1) AS waits',
    [day],
  );
  return rows[0]?.waits === false;
}

async function changedSince(
  client: ClientBase,
  partitions: ReadonlyMap<string, string>,
  exported: ReadonlyMap<string, number> | undefined,
): Promise<Kept | undefined> {
  if (exported === undefined) return undefined;
  for (const [table, partition] of partitions) {
    const { rows } = await client.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${partition}`);
    if (rows[0]?.count !== exported.get(table)) return 'changed meanwhile';
  }
  return undefined;
}
