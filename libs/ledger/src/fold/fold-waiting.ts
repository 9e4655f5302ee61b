import type { ClientBase } from 'pg';
import { foldDeltas, foldLane } from './fold-deltas';

/** So many waiting deltas say that the writers are at work, and are worth two connections. */
const BUSY = 20_000;
const IDLE_MS = 250;
/**
 * In busy times the next fold begins no sooner than this after the last one did: the more it takes, the more of it is
 * of units that are changed once for all.
 */
const BUSY_EVERY_MS = 2000;

export interface Folded {
  readonly deltas: number;
  /** Whether there may be more than the limit let it take. */
  readonly more: boolean;
}

/**
 * Moves up to `limit` of the waiting deltas into the kept statistics: when many wait, in two transactions side by side,
 * each with the units of one lane; otherwise, or while some have no lane, in one. Nobody else may use the clients. When
 * a transaction fails, what the other has moved is moved.
 */
export async function foldWaiting(clients: readonly [ClientBase, ClientBase], limit: number): Promise<Folded> {
  const { rows } = await clients[0].query<{ busy: boolean | null }>(
    `SELECT sum(coalesce(cardinality(units), 1)) >= $1 AND bool_and(lane IS NOT NULL) AS busy
     FROM (SELECT lane, units FROM event_delta ORDER BY id LIMIT $1) AS oldest`,
    [Math.min(BUSY, limit)],
  );
  if (rows[0]?.busy !== true) {
    const deltas = await foldDeltas(clients[0], limit);
    return { deltas, more: deltas >= limit };
  }
  const half = Math.ceil(limit / 2);
  const lanes = await Promise.allSettled([foldLane(clients[0], half, 0), foldLane(clients[1], half, 1)]);
  const moved = lanes.map((lane) => {
    if (lane.status === 'rejected') throw lane.reason;
    return lane.value;
  });
  return { deltas: moved.reduce((sum, deltas) => sum + deltas), more: moved.some((deltas) => deltas >= half) };
}

/** Milliseconds to wait before the next fold, after one that took `tookMs`. */
export function foldPauseMs({ deltas, more }: Folded, tookMs: number): number {
  if (more) return 0;
  return deltas < BUSY ? IDLE_MS : Math.max(0, BUSY_EVERY_MS - tookMs);
}
