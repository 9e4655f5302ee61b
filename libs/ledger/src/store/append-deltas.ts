import type { ClientBase } from 'pg';

/**
 * Appends what was really inserted for the fold: impressions summed by unit, day and list of assignments; every event
 * of another kind by itself, since the fold judges it. Events without a unit count nowhere.
 */
export async function appendDeltas(client: ClientBase, inserted: readonly number[]): Promise<void> {
  if (inserted.length === 0) return;
  await client.query(
    `WITH fresh AS (SELECT * FROM staged_event WHERE seq = ANY($1) AND unit <> '')
     INSERT INTO event_delta (assignment_set, unit, day, kind, prediction_id, idx, event_time, impressions,
       fallback_impressions, predicted_clicks_e9, clicks, conversions, hides, charged_micros, value_micros)
     SELECT assignment_set, unit, day, NULL, NULL::uuid, NULL::int, NULL::timestamptz, count(*),
       count(*) FILTER (WHERE fallback), sum(round(pctr::numeric * 1000000000)), 0, 0, 0, sum(charged_micros), 0
     FROM fresh WHERE event_kind = 'impression' GROUP BY unit, day, assignment_set
     UNION ALL
     SELECT assignment_set, unit, day, event_kind, prediction_id, idx, event_time, 0, 0, 0,
       (event_kind = 'click')::int, (event_kind = 'conversion')::int, (event_kind = 'hide')::int, charged_micros,
       CASE WHEN event_kind = 'conversion' THEN value_micros ELSE 0 END
     FROM fresh WHERE event_kind <> 'impression'`,
    [inserted],
  );
}
