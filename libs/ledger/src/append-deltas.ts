import type { ClientBase } from 'pg';

/** Sums per unit and day, once for the unit itself (experiment '') and once per experiment it is in. */
export async function appendDeltas(client: ClientBase, inserted: readonly number[]): Promise<void> {
  if (inserted.length === 0) return;
  await client.query(
    `WITH fresh AS (SELECT * FROM staged_event WHERE seq = ANY($1) AND unit <> ''),
     counted AS (
       SELECT '' AS experiment, 0 AS phase, '' AS variant, fresh.* FROM fresh
       UNION ALL
       SELECT a.experiment, a.phase, a.assigned, fresh.* FROM fresh JOIN assignment_set a ON a.id = fresh.assignment_set
     )
     INSERT INTO event_delta (experiment, phase, variant, unit, day, impressions, clicks, conversions, hides,
       fallback_impressions, charged_micros, value_micros, predicted_clicks_e9)
     SELECT experiment, phase, variant, unit, day,
       count(*) FILTER (WHERE event_kind = 'impression'), count(*) FILTER (WHERE event_kind = 'click'),
       count(*) FILTER (WHERE event_kind = 'conversion'), count(*) FILTER (WHERE event_kind = 'hide'),
       count(*) FILTER (WHERE event_kind = 'impression' AND fallback),
       sum(charged_micros), sum(value_micros),
       coalesce(sum(round(pctr::numeric * 1000000000)) FILTER (WHERE event_kind = 'impression'), 0)
     FROM counted GROUP BY experiment, phase, variant, unit, day ORDER BY experiment, phase, unit, variant, day`,
    [inserted],
  );
}
