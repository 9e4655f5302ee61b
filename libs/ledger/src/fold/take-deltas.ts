import type { ClientBase } from 'pg';
import { EVENT_COLUMNS, FOLDING_COLUMNS } from './folding-tables';

/**
 * Takes the oldest deltas out of the queue, into `folding` what they add, into `folding_event` the events that are to be
 * judged: how many deltas, and the highest id among them.
 */
export async function takeDeltas(client: ClientBase, limit: number): Promise<{ count: number; last: string }> {
  const { rows } = await client.query<{ count: number; last: string }>(
    `WITH bound AS (SELECT id FROM event_delta ORDER BY id OFFSET $1 - 1 LIMIT 1),
     gone AS (
       DELETE FROM event_delta WHERE id <= coalesce((SELECT id FROM bound), 9223372036854775807)
       RETURNING id, kind, prediction_id, idx, event_time, ${FOLDING_COLUMNS}
     ), adding AS (
       INSERT INTO folding (${FOLDING_COLUMNS}) SELECT ${FOLDING_COLUMNS} FROM gone
     ), judged AS (
       INSERT INTO folding_event (${EVENT_COLUMNS}) SELECT ${EVENT_COLUMNS} FROM gone WHERE kind IS NOT NULL
     ) SELECT count(*)::int AS count, coalesce(max(id), 0)::text AS last FROM gone`,
    [limit],
  );
  return rows[0] ?? { count: 0, last: '0' };
}
