import type { ClientBase } from 'pg';
import { ADVISORY_LOCKS } from '@adlift/persistence';
import { SUM_COLUMNS } from '../fold/sum-columns';
import { PENDING_FACTS, RAW_FACTS, scopeValues } from './raw-facts';
import { ROLLUP_DAY, summed } from './statistics-tables';

const KEY = 'experiment, phase, variant, day';
const KEPT = summed(
  ROLLUP_DAY,
  `(SELECT ${KEY}, ${SUM_COLUMNS.join(', ')} FROM rollup_day WHERE ${ROLLUP_DAY.within}
    UNION ALL SELECT ${KEY}, ${SUM_COLUMNS.join(', ')} FROM fact) AS both_parts`,
);
const MISSING = SUM_COLUMNS.map(
  (column) => `'${column}', (coalesce(k.${column}, 0) - coalesce(r.${column}, 0))::text`,
).join(', ');

/**
 * Notes, inside the caller's transaction and after it has dropped or erased raw rows of a day ("YYYY-MM-DD"), that the
 * day can no longer be recounted, and by how much its kept sums exceed what is left.
 */
export async function sealDay(client: ClientBase, day: string, reason: string): Promise<void> {
  await client.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.fold]);
  await client.query(
    `INSERT INTO sealed_day (day, reason) VALUES ($1, $2)
     ON CONFLICT (day) DO UPDATE SET reason = excluded.reason, sealed_at = excluded.sealed_at`,
    [day, reason],
  );
  await client.query(
    `INSERT INTO sealed_correction (day, experiment, phase, variant, sums)
     SELECT day, experiment, phase, variant, jsonb_build_object(${MISSING})
     FROM (WITH ${RAW_FACTS} ${summed(ROLLUP_DAY, 'fact')}) AS r
     FULL JOIN (WITH ${PENDING_FACTS} ${KEPT}) AS k USING (${KEY})
     ON CONFLICT (day, experiment, phase, variant) DO UPDATE SET sums = excluded.sums`,
    scopeValues({ day }),
  );
}
