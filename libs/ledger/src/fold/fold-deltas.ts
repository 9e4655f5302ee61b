import type { ClientBase } from 'pg';
import { ADVISORY_LOCKS } from '@adlift/persistence';
import { inTransaction } from '../in-transaction';
import { judgeEvents } from '../validity/judge-events';
import { createFoldingTables } from './folding-tables';
import { keepDays } from './keep-days';
import { keepMoments } from './keep-moments';
import { keepPhases } from './keep-phases';
import { keepUnits } from './keep-units';
import { takeDeltas } from './take-deltas';

/**
 * Deltas of one fold. The more there are, the more of them are of units that are changed once for all; this many take
 * some seconds.
 */
export const FOLD_LIMIT = 200_000;

/**
 * Moves up to `limit` deltas into the kept statistics, in one transaction, and corrects what they show to be invalid.
 * One process folds at a time; the others return 0.
 */
export async function foldDeltas(client: ClientBase, limit: number): Promise<number> {
  return inTransaction(client, async () => {
    const { rows } = await client.query<{ leader: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS leader', [
      ADVISORY_LOCKS.fold,
    ]);
    return rows[0]?.leader === true ? foldAsLeader(client, limit) : 0;
  });
}

/** The same within the caller's transaction, which holds the lock of the fold. */
export async function foldAsLeader(client: ClientBase, limit: number): Promise<number> {
  // A batch is sorted in memory, not on disk.
  await client.query("SET LOCAL work_mem = '64MB'");
  await createFoldingTables(client);
  const { count, last } = await takeDeltas(client, limit);
  if (count > 0) {
    await judgeEvents(client);
    await keepDays(client);
    await keepUnits(client);
    await keepMoments(client);
    await keepPhases(client);
  }
  await client.query(
    'UPDATE fold_state SET folded_at = clock_timestamp(), folded_through = greatest(folded_through, $1)',
    [last],
  );
  return count;
}
