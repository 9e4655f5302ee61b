import type { ClientBase } from 'pg';
import { FASTEST_CLICK_MS } from './rules';

/** Whether row `r` is of the candidate `j`. */
const SAME = '(r.day, r.prediction_id, r.idx) = (j.day, j.prediction_id, j.idx)';

/**
 * Finds what the validity of the events of each candidate in `judging` depends on. A click is valid unless it came too
 * soon after its impression, is in a burst, or the candidate was invalidated. Equal times say nothing: events
 * reported together without times have the same. Candidates with a click or an
 * invalidation but no impression are kept until one comes.
 */
export async function findVerdicts(client: ClientBase): Promise<void> {
  await client.query(
    `INSERT INTO verdict (unit, day, prediction_id, idx, clicked_at, click_was_valid, has_impression,
       impression_was_valid, click_valid, invalidated)
     SELECT unit, day, prediction_id, idx, clicked_at, click_was_valid, shown_at IS NOT NULL, impression_was_valid,
       NOT invalidated AND NOT coalesce(burst, false) AND clicked_at IS NOT NULL AND NOT coalesce(
         clicked_at > shown_at AND clicked_at < shown_at + interval '${FASTEST_CLICK_MS} milliseconds', false),
       invalidated
     FROM (
       -- OFFSET has each looked up once, and not wherever its result is used.
       SELECT j.*, k.event_time AS clicked_at, k.valid AS click_was_valid, i.event_time AS shown_at,
         i.valid AS impression_was_valid, b.burst, coalesce(f.invalidated, false) AS invalidated
       FROM (SELECT DISTINCT unit, day, prediction_id, idx FROM judging) AS j
       LEFT JOIN LATERAL (SELECT r.event_time, r.valid FROM click r WHERE ${SAME} OFFSET 0) AS k ON true
       LEFT JOIN LATERAL (SELECT r.event_time, r.valid FROM impression r WHERE ${SAME} OFFSET 0) AS i ON true
       LEFT JOIN LATERAL (
         SELECT true AS invalidated FROM feedback r WHERE ${SAME} AND r.kind = 'invalidate' OFFSET 0
       ) AS f ON true
       LEFT JOIN LATERAL (
         SELECT true AS burst FROM unit_click r
         WHERE (r.unit, r.event_time, r.prediction_id, r.idx) = (j.unit, k.event_time, j.prediction_id, j.idx) AND r.burst
         OFFSET 0
       ) AS b ON true
     ) AS found`,
  );
  await client.query(
    `DELETE FROM unmatched_candidate w USING verdict v
     WHERE (w.unit, w.day, w.prediction_id, w.idx) = (v.unit, v.day, v.prediction_id, v.idx) AND v.has_impression`,
  );
  await client.query(
    `INSERT INTO unmatched_candidate (unit, day, prediction_id, idx)
     SELECT unit, day, prediction_id, idx FROM verdict
     WHERE NOT has_impression AND (clicked_at IS NOT NULL OR invalidated) ORDER BY 1, 2, 3, 4
     ON CONFLICT DO NOTHING`,
  );
}
