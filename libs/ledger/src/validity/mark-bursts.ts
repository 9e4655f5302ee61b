import type { ClientBase } from 'pg';
import { BURST_SECONDS, MOST_CLICKS } from './rules';

const BURST = `interval '${BURST_SECONDS} seconds'`;

/**
 * Notes the clicks being folded by unit and time, and marks those in a burst, old ones too; candidates that get a mark
 * go to `judging`. A mark stays: clicks are only ever added.
 */
export async function markBursts(client: ClientBase): Promise<void> {
  const { rowCount } = await client.query(
    `INSERT INTO unit_click (unit, event_time, prediction_id, idx, day)
     SELECT unit, event_time, prediction_id, idx, day FROM folding_event WHERE kind = 'click' ORDER BY 1, 2, 3, 4
     ON CONFLICT DO NOTHING`,
  );
  if ((rowCount ?? 0) === 0) return;
  // Stretches around new clicks, merged so that each old click is read once: `near` holds the clicks whose mark may
  // change, `around` all that the answer depends on.
  await client.query(
    `WITH stretch AS (
       SELECT unit, range_agg(tstzrange(event_time - ${BURST}, event_time + ${BURST}, '[]')) AS near,
         range_agg(tstzrange(event_time - 2 * ${BURST}, event_time + 2 * ${BURST}, '[]')) AS around
       FROM folding_event WHERE kind = 'click' GROUP BY unit
     ), starting AS (
       SELECT k.*, near, lead(k.event_time, ${MOST_CLICKS}) OVER clicks <= k.event_time + ${BURST} AS starts
       FROM stretch CROSS JOIN LATERAL unnest(around) AS span
       -- OFFSET keeps it a look-up for each stretch, whatever the statistics make of the other way round.
       CROSS JOIN LATERAL (
         SELECT * FROM unit_click WHERE unit = stretch.unit AND event_time BETWEEN lower(span) AND upper(span) OFFSET 0
       ) AS k
       WINDOW clicks AS (PARTITION BY k.unit, span ORDER BY k.event_time, k.prediction_id, k.idx)
     ), bursting AS (
       SELECT *, bool_or(starts) OVER (PARTITION BY unit ORDER BY event_time, prediction_id, idx
         ROWS BETWEEN ${MOST_CLICKS} PRECEDING AND CURRENT ROW) AS bursts
       FROM starting
     ), marked AS (
       UPDATE unit_click k SET burst = true FROM bursting b
       WHERE b.bursts AND NOT b.burst AND b.event_time <@ b.near
         AND (k.unit, k.event_time, k.prediction_id, k.idx) = (b.unit, b.event_time, b.prediction_id, b.idx)
       RETURNING k.unit, k.day, k.prediction_id, k.idx
     )
     INSERT INTO judging (unit, day, prediction_id, idx) SELECT unit, day, prediction_id, idx FROM marked`,
  );
}
