import type { ClientBase } from 'pg';

/**
 * Adds to `judging` the candidates with new clicks, conversions or feedback, and those that waited for an impression
 * which is there now. Returns how many rows wait for a verdict.
 */
export async function findCandidates(client: ClientBase): Promise<number> {
  await client.query(
    `INSERT INTO judging (unit, day, prediction_id, idx)
     SELECT unit, day, prediction_id, idx FROM folding_event
     UNION ALL
     SELECT w.unit, w.day, w.prediction_id, w.idx
     FROM (SELECT DISTINCT unit, day FROM folding WHERE impressions > 0) AS shown
     JOIN unmatched_candidate w USING (unit, day)
     WHERE EXISTS (
       SELECT FROM impression i WHERE (i.day, i.prediction_id, i.idx) = (w.day, w.prediction_id, w.idx)
     )`,
  );
  const { rows } = await client.query<{ count: number }>('SELECT count(*)::int AS count FROM judging');
  return rows[0]?.count ?? 0;
}
