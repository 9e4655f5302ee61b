import type { ClientBase } from 'pg';
import { ADVISORY_LOCKS } from '@adlift/persistence';
import { inTransaction } from '../in-transaction';
import { judgeEvents } from '../validity/judge-events';
import { createFoldingTables } from './folding-tables';
import { keepDays } from './keep-days';
import { keepMoments } from './keep-moments';
import { keepPhases } from './keep-phases';
import { keepRollups } from './keep-rollups';
import { keepUnits } from './keep-units';
import { takeDeltas } from './take-deltas';

/**
 * Deltas of one fold. The more there are, the more of them are of units that are changed once for all; this many take
 * some seconds.
 */
export const FOLD_LIMIT = 200_000;

const TRY_ALL = 'SELECT pg_try_advisory_xact_lock($1) AS leader';
const TRY_LANE = 'SELECT pg_try_advisory_xact_lock_shared($1) AND pg_try_advisory_xact_lock($2) AS leader';

/**
 * Moves up to `limit` deltas into the kept statistics, in one transaction, and corrects what they show to be invalid.
 * One process folds at a time; the others return 0.
 */
export async function foldDeltas(client: ClientBase, limit: number): Promise<number> {
  return foldIfLeader(client, TRY_ALL, [ADVISORY_LOCKS.fold], limit, null);
}

/** The same for the units of one lane; one process folds a lane at a time, beside the one of the other lane. */
export async function foldLane(client: ClientBase, limit: number, lane: 0 | 1): Promise<number> {
  return foldIfLeader(client, TRY_LANE, [ADVISORY_LOCKS.fold, ADVISORY_LOCKS.foldLanes[lane]], limit, lane);
}

/** The same as {@link foldDeltas} within the caller's transaction, which holds the lock of the fold. */
export async function foldAsLeader(client: ClientBase, limit: number, lane: 0 | 1 | null = null): Promise<number> {
  // A batch is sorted in memory, not on disk.
  await client.query("SET LOCAL work_mem = '64MB'");
  await createFoldingTables(client);
  const { count, last } = await takeDeltas(client, limit, lane);
  if (count > 0) {
    await judgeEvents(client);
    await keepDays(client);
    await keepUnits(client);
    // From here on lanes change the same rows: whoever comes second waits for the end of the first.
    await keepPhases(client);
    await keepMoments(client);
    await keepRollups(client);
  }
  await client.query(
    `UPDATE fold_state SET folded_at = clock_timestamp(),
       folded_through = greatest(folded_through, least($1, (SELECT min(id) - 1 FROM event_delta WHERE id < $1)))`,
    [last],
  );
  return count;
}

async function foldIfLeader(
  client: ClientBase,
  lead: string,
  locks: readonly number[],
  limit: number,
  lane: 0 | 1 | null,
): Promise<number> {
  return inTransaction(client, async () => {
    const { rows } = await client.query<{ leader: boolean }>(lead, [...locks]);
    return rows[0]?.leader === true ? foldAsLeader(client, limit, lane) : 0;
  });
}
