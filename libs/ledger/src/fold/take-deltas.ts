import type { ClientBase } from 'pg';
import { FOLDING_COLUMNS } from './folding-tables';

const COLUMNS = FOLDING_COLUMNS.join(', ');

/** Takes the oldest deltas out of the queue: how many, and the highest id among them. */
export async function takeDeltas(client: ClientBase, limit: number): Promise<{ count: number; last: string }> {
  const { rows } = await client.query<{ count: number; last: string }>(
    `WITH bound AS (SELECT id FROM event_delta ORDER BY id OFFSET $1 - 1 LIMIT 1),
     gone AS (
       DELETE FROM event_delta WHERE id <= coalesce((SELECT id FROM bound), 9223372036854775807) RETURNING *
     ), taken AS (
       INSERT INTO folding (${COLUMNS}) SELECT ${COLUMNS} FROM gone
     ) SELECT count(*)::int AS count, coalesce(max(id), 0)::text AS last FROM gone`,
    [limit],
  );
  return rows[0] ?? { count: 0, last: '0' };
}
