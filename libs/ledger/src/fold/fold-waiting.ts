import type { ClientBase } from 'pg';
import { foldDeltas, foldLane } from './fold-deltas';

/** So many waiting deltas say that the writers are at work, and are worth two connections. */
const BUSY = 20_000;
/**
 * In busy times deltas wait until the oldest is a second old: the more a fold takes, the more of it is of units that are
 * changed once for all.
 */
const BUSY_AGE_MS = 1000;
const IDLE_MS = 250;

/** What waits to be folded. */
export interface Waiting {
  /** Age of the oldest delta, milliseconds; undefined when none waits. */
  readonly oldestMs: number | undefined;
  /** Whether there are many. */
  readonly busy: boolean;
  /** Whether each belongs to a lane. */
  readonly inLanes: boolean;
}

export interface Folded {
  readonly deltas: number;
  /** Whether there may be more than the limit let it take. */
  readonly more: boolean;
}

/** Looks at the deltas that wait. */
export async function findWaiting(client: ClientBase): Promise<Waiting> {
  const { rows } = await client.query<{ age: number | null; busy: boolean | null; strays: boolean }>(
    `SELECT (SELECT extract(epoch FROM clock_timestamp() - appended_at)::float8 FROM event_delta ORDER BY id LIMIT 1) AS age,
       (SELECT sum(coalesce(cardinality(units), 1)) >= $1 FROM (SELECT units FROM event_delta LIMIT $1) AS waiting) AS busy,
       EXISTS (SELECT FROM event_delta WHERE lane IS NULL) AS strays`,
    [BUSY],
  );
  const { age = null, busy = null, strays = false } = rows[0] ?? {};
  return { oldestMs: age === null ? undefined : age * 1000, busy: busy === true, inLanes: !strays };
}

/** Milliseconds before what waits should be folded, or looked for again: 0 for now. */
export function foldInMs({ oldestMs, busy }: Waiting): number {
  if (oldestMs === undefined) return IDLE_MS;
  return busy ? Math.max(0, BUSY_AGE_MS - oldestMs) : 0;
}

/** Milliseconds before the next look, after a fold. */
export function lookInMs({ more }: Folded): number {
  return more ? 0 : IDLE_MS;
}

/**
 * Moves up to `limit` of the waiting deltas into the kept statistics: when many wait, in two transactions side by side,
 * each with the units of one lane; otherwise, or while some have no lane, in one. Nobody else may use the clients. When
 * a transaction fails, what the other has moved is moved.
 */
export async function foldWaiting(
  clients: readonly [ClientBase, ClientBase],
  limit: number,
  { busy, inLanes }: Waiting,
): Promise<Folded> {
  if (!busy || !inLanes) {
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
