import type { ClientBase } from 'pg';
import { EVENT_COLUMNS, FOLDING_COLUMNS } from './folding-tables';
import { PACKED_COLUMNS, PACKED_SUMS } from './packed-columns';
import { SUM_COLUMNS } from './sum-columns';

const PACKED = PACKED_COLUMNS.join(', ');
const SUMS = PACKED_SUMS.join(', ');
const IN_LANE = '($2::int IS NULL OR lane = $2)';
const NO_SUMS = SUM_COLUMNS.filter((sum) => !(PACKED_SUMS as readonly string[]).includes(sum));

/**
 * Takes the oldest deltas of a lane, or of all units, out of the queue, into `folding` what they add, into `folding_event` the events that are to be
 * judged: how many, and the highest id among them. One that holds many units counts as many, and is taken whole.
 */
export async function takeDeltas(
  client: ClientBase,
  limit: number,
  lane: number | null,
): Promise<{ count: number; last: string }> {
  const { rows } = await client.query<{ count: number; last: string }>(
    `WITH bound AS (
       SELECT id FROM (
         SELECT id, sum(coalesce(cardinality(units), 1)) OVER (ORDER BY id) AS through FROM (
           SELECT id, units FROM event_delta WHERE ${IN_LANE} ORDER BY id LIMIT $1
         ) AS oldest
       ) AS weighed WHERE through >= $1 ORDER BY id LIMIT 1
     ), gone AS (
       DELETE FROM event_delta WHERE ${IN_LANE} AND id <= coalesce((SELECT id FROM bound), 9223372036854775807)
       RETURNING id, kind, prediction_id, idx, event_time, ${FOLDING_COLUMNS}, ${PACKED}
     ), adding AS (
       INSERT INTO folding (${FOLDING_COLUMNS}) SELECT ${FOLDING_COLUMNS} FROM gone WHERE units IS NULL
     ), unpacked AS (
       INSERT INTO folding (experiment, phase, variant, unit, day, assignment_set, ${NO_SUMS.join(', ')}, ${SUMS})
       SELECT '', 0, '', packed.unit, day, assignment_set, ${NO_SUMS.map(() => '0').join(', ')},
         ${PACKED_SUMS.map((sum) => `sum(packed.${sum})`).join(', ')}
       FROM gone CROSS JOIN LATERAL unnest(${PACKED}) AS packed (unit, ${SUMS}) WHERE units IS NOT NULL
       GROUP BY packed.unit, day, assignment_set
     ), judged AS (
       INSERT INTO folding_event (${EVENT_COLUMNS}) SELECT ${EVENT_COLUMNS} FROM gone WHERE kind IS NOT NULL
     )
     SELECT coalesce(sum(coalesce(cardinality(units), 1)), 0)::int AS count, coalesce(max(id), 0)::text AS last FROM gone`,
    [limit, lane],
  );
  return rows[0] ?? { count: 0, last: '0' };
}
