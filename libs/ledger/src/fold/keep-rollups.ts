import type { ClientBase } from 'pg';
import { added } from './added';
import { SUM_COLUMNS } from './sum-columns';

const SUMS = SUM_COLUMNS.map((column) => `sum(${column}) AS ${column}`).join(', ');

/** Adds what is being folded to the sums of every variant and day. */
export async function keepRollups(client: ClientBase): Promise<void> {
  // Summed by list first: there are few lists and many rows.
  await client.query(
    `INSERT INTO rollup_day (experiment, phase, variant, day, ${SUM_COLUMNS.join(', ')})
     SELECT coalesce(a.experiment, f.experiment), coalesce(a.phase, f.phase), coalesce(a.assigned, f.variant), day,
       ${SUM_COLUMNS.map((column) => `sum(${column})`).join(', ')}
     FROM (
       SELECT experiment, phase, variant, assignment_set, day, ${SUMS}
       FROM folding GROUP BY experiment, phase, variant, assignment_set, day
     ) AS f LEFT JOIN assignment_set a ON a.id = f.assignment_set
     WHERE coalesce(a.experiment, f.experiment) <> '' GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
     ON CONFLICT (experiment, phase, variant, day) DO UPDATE SET ${added('rollup_day', SUM_COLUMNS)}`,
  );
}
