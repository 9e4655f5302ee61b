import type { ClientBase } from 'pg';
import { CAPPED, MOMENT_COLUMNS } from '../fold/moment-columns';
import { inTransaction } from '../in-transaction';
import { countedEvents } from '../recount/raw-facts';

/**
 * Something of the unit as it came into the experiment, which no arm can have changed, and by which a unit is in one
 * slice only.
 */
const ofUnit = (attribute: 'country' | 'device') => ({
  value: `coalesce(nullif(entered.${attribute}, ''), 'unknown')`,
  join: `LEFT JOIN exposure AS entered ON (entered.experiment, entered.phase, entered.unit) = ($1, $2, e.unit)`,
});

/** What an experiment is cut by: SQL of the value of an event `e`, and what else that needs. */
const DIMENSIONS = {
  placement: { value: 'e.placement', join: '' },
  campaign: { value: 'e.campaign_id', join: '' },
  /** Whether the ad was shown before the day on which the phase began. */
  ad: {
    value: "CASE WHEN known.ad_id IS NULL THEN 'new' ELSE 'seen before' END",
    join: `LEFT JOIN (
        SELECT DISTINCT ad_id FROM ad_rate_day WHERE impressions > 0 AND day < (
          SELECT (opened_at AT TIME ZONE 'UTC')::date FROM experiment_phase WHERE experiment = $1 AND phase = $2
        )
      ) AS known USING (ad_id)`,
  },
  country: ofUnit('country'),
  device: ofUnit('device'),
} as const;

export type SliceDimension = keyof typeof DIMENSIONS;

export const SLICE_DIMENSIONS = Object.keys(DIMENSIONS) as SliceDimension[];

/** Values of a dimension that are kept: those with the most impressions. */
export const MOST_SLICES = 100;

const NAMES = [...MOMENT_COLUMNS.keys()];
const SUMS = [
  ...['impressions', 'clicks', 'conversions', 'hides', 'fallback_impressions'].map((c) => `sum(${c})::bigint AS ${c}`),
  ...['charged_micros', 'predicted_clicks_e9'].map((c) => `sum(${c})::bigint AS ${c}`),
].join(', ');

/**
 * Counts the moments of a phase anew for every value of a dimension, from the raw rows, into exp_slice. The units of a
 * slice are those with an event in it; what a unit did elsewhere is not in it, and a cap on revenue is applied to what
 * it brought in the slice. Takes as long as reading the experiment's events takes. The client must not be in a
 * transaction.
 */
export async function keepSlices(
  client: ClientBase,
  experiment: string,
  phase: number,
  dimension: SliceDimension,
): Promise<void> {
  const { value, join } = DIMENSIONS[dimension];
  const events = countedEvents(
    'unit, assignment_set, placement, campaign_id, ad_id',
    'assignment_set IN (SELECT id FROM list)',
  );
  await inTransaction(client, async () => {
    await client.query("SET LOCAL work_mem = '64MB'");
    await client.query('DELETE FROM exp_slice WHERE experiment = $1 AND phase = $2 AND dimension = $3', [
      ...[experiment, phase, dimension],
    ]);
    await client.query(
      `WITH list AS MATERIALIZED (
         SELECT id, assigned FROM assignment_set WHERE experiment = $1 AND phase = $2
       ), event AS (${events}
       ), unit_slice AS MATERIALIZED (
         SELECT ${value} AS value, list.assigned AS variant, e.unit, 1 AS sign, ${SUMS}
         FROM event e JOIN list ON list.id = e.assignment_set ${join} GROUP BY 1, 2, 3
       ), largest AS (
         SELECT value FROM unit_slice GROUP BY value ORDER BY sum(impressions) DESC, value LIMIT ${MOST_SLICES}
       )
       INSERT INTO exp_slice (experiment, phase, dimension, value, variant, ${NAMES.join(', ')})
       SELECT $1, $2, $3, value, variant, ${[...MOMENT_COLUMNS.values()].join(', ')}
       FROM (
         SELECT u.*, ${CAPPED} AS capped_micros
         FROM unit_slice u JOIN largest USING (value) LEFT JOIN exp_phase p ON (p.experiment, p.phase) = ($1, $2)
       ) AS sliced GROUP BY value, variant`,
      [experiment, phase, dimension],
    );
  });
}
