import type { ClientBase } from 'pg';
import { added } from './added';
import { UNIT_SUMS } from './folding-tables';
import { SUM_COLUMNS } from './sum-columns';

const KEY = 'experiment, phase, unit, variant';
const SUMS = SUM_COLUMNS.map((column) => `sum(${column}) AS ${column}`).join(', ');

/** Adds what is being folded to the units of experiments, and notes their sums before and after. */
export async function keepUnits(client: ClientBase): Promise<void> {
  await client.query(
    `WITH change AS MATERIALIZED (
       SELECT ${KEY}, ${SUMS} FROM (
         SELECT ${KEY}, ${SUM_COLUMNS.join(', ')} FROM folding WHERE experiment <> ''
         UNION ALL
         SELECT a.experiment, a.phase, f.unit, a.assigned, ${SUM_COLUMNS.map((column) => `f.${column}`).join(', ')}
         FROM folding f JOIN assignment_set a ON a.id = f.assignment_set
       ) AS spread GROUP BY ${KEY}
     ), kept AS (
       INSERT INTO unit_agg (${KEY}, ${SUM_COLUMNS.join(', ')})
       SELECT ${KEY}, ${SUM_COLUMNS.join(', ')} FROM change ORDER BY ${KEY}
       ON CONFLICT (${KEY}) DO UPDATE SET ${added('unit_agg', SUM_COLUMNS)}
       RETURNING ${KEY}, ${UNIT_SUMS.join(', ')}
     )
     INSERT INTO unit_change (${KEY}, ${UNIT_SUMS.map((column) => `old_${column}, new_${column}`).join(', ')})
     SELECT ${KEY}, ${UNIT_SUMS.map((column) => `kept.${column} - change.${column}, kept.${column}`).join(', ')}
     FROM kept JOIN change USING (${KEY})`,
  );
}
