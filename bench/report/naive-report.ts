import type { ClientBase } from 'pg';
import { EXPERIMENT, PHASE } from './fill-ledger';

const eventsOf = (table: string): string => `SELECT e.unit, count(*) AS n, sum(e.charged_micros) AS charged
  FROM ${table} e JOIN assignment_set a ON a.id = e.assignment_set
  WHERE a.experiment = $1 AND a.phase = $2 AND e.valid GROUP BY e.unit`;

const NAIVE = `SELECT variant, count(*)::text AS units, sum(m)::text AS impressions, sum(c)::text AS clicks,
    sum(v)::text AS conversions, sum(r)::text AS revenue, sum(m * m)::text AS mm, sum(c * c)::text AS cc,
    sum(v * v)::text AS vv, sum(r * r)::text AS rr, sum(c * m)::text AS cm, sum(v * c)::text AS vc,
    sum(r * m)::text AS rm
  FROM (
    SELECT x.variant, coalesce(i.n, 0) AS m, coalesce(k.n, 0) AS c, coalesce(o.n, 0) AS v,
      coalesce(i.charged, 0) + coalesce(k.charged, 0) + coalesce(o.charged, 0) AS r
    FROM exposure x
    LEFT JOIN (${eventsOf('impression')}) AS i USING (unit)
    LEFT JOIN (${eventsOf('click')}) AS k USING (unit)
    LEFT JOIN (${eventsOf('conversion')}) AS o USING (unit)
    WHERE x.experiment = $1 AND x.phase = $2
  ) AS per_unit GROUP BY variant ORDER BY variant`;

/** The sums that the report's metrics need, by variant, joined from the raw rows as one would without kept sums. */
export async function naiveReport(client: ClientBase): Promise<Record<string, string>[]> {
  return (await client.query<Record<string, string>>(NAIVE, [EXPERIMENT, PHASE])).rows;
}
