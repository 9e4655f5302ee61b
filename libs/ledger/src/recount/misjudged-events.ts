import type { ClientBase } from 'pg';
import { BURST_SECONDS, FASTEST_CLICK_MS, MOST_CLICKS } from '../validity/rules';

/** An event whose flag is not what the set of stored events says. */
export interface MisjudgedEvent {
  readonly kind: string;
  readonly predictionId: string;
  readonly idx: number;
  /** As stored. */
  readonly valid: boolean;
}

const BURST = `interval '${BURST_SECONDS} seconds'`;
const INVALIDATED = `EXISTS (SELECT FROM feedback f
  WHERE f.kind = 'invalidate' AND (f.day, f.prediction_id, f.idx) = (e.day, e.prediction_id, e.idx))`;
const TOO_FAST = `EXISTS (SELECT FROM impression i
  WHERE (i.day, i.prediction_id, i.idx) = (e.day, e.prediction_id, e.idx)
    AND e.event_time - i.event_time > interval '0'
    AND e.event_time - i.event_time < interval '${FASTEST_CLICK_MS} milliseconds')`;
const OF_UNITS = "unit <> '' AND ($1::date IS NULL OR day = $1)";

const MISJUDGED = `WITH opening AS (
    SELECT *, count(*) OVER (PARTITION BY unit ORDER BY event_time
      RANGE BETWEEN CURRENT ROW AND ${BURST} FOLLOWING) > ${MOST_CLICKS} AS opens
    FROM click WHERE unit <> '' AND ($1::date IS NULL OR unit IN (SELECT unit FROM click WHERE day = $1))
  ), marked AS (
    SELECT *, bool_or(opens) OVER (PARTITION BY unit ORDER BY event_time
      RANGE BETWEEN ${BURST} PRECEDING AND CURRENT ROW) AS bursts
    FROM opening
  ), judged_click AS (
    SELECT e.*, NOT (bursts OR ${TOO_FAST} OR ${INVALIDATED}) AS expected FROM marked e WHERE ${OF_UNITS}
  )
  SELECT kind, prediction_id AS "predictionId", idx, valid FROM (
    SELECT 'click' AS kind, unit, prediction_id, idx, valid, expected FROM judged_click
    UNION ALL
    SELECT 'impression', unit, prediction_id, idx, valid, NOT ${INVALIDATED} FROM impression e WHERE ${OF_UNITS}
    UNION ALL
    SELECT kind, unit, prediction_id, idx, valid, kind = 'invalidate' OR NOT ${INVALIDATED} FROM feedback e WHERE ${OF_UNITS}
    UNION ALL
    SELECT 'conversion', e.unit, e.prediction_id, e.idx, e.valid, NOT ${INVALIDATED} AND EXISTS (
      SELECT FROM judged_click k
      WHERE (k.day, k.prediction_id, k.idx) = (e.day, e.prediction_id, e.idx) AND k.expected
        AND e.event_time - k.event_time BETWEEN interval '0'
          AND (SELECT attribution_days FROM fold_state) * interval '24 hours')
    FROM conversion e WHERE ${OF_UNITS}
  ) AS judged WHERE valid <> expected AND unit NOT IN (SELECT unit FROM waiting_delta)
  ORDER BY prediction_id, idx, kind`;

/**
 * Events of a day ("YYYY-MM-DD"), or of all, whose flag `valid` differs from what the raw rows say, by SQL of its own.
 * Units with deltas that wait to be folded are left out.
 */
export async function misjudgedEvents(client: ClientBase, day?: string): Promise<MisjudgedEvent[]> {
  return (await client.query<MisjudgedEvent>(MISJUDGED, [day ?? null])).rows;
}
