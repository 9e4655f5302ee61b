import type { ClientBase } from 'pg';
import { lookingUp } from '../looking-up';
import { merged } from './added';
import { UNIT_SUMS } from './folding-tables';
import { SUM_COLUMNS } from './sum-columns';

const KEY = ['experiment', 'phase', 'unit', 'variant'];
const SUMS = SUM_COLUMNS.map((column) => `sum(${column}) AS ${column}`).join(', ');

/** A unit that was not there had nothing. */
function oldAndNew(column: string): string {
  return `coalesce(old.${column}, 0) AS old_${column}, new.${column} AS new_${column}`;
}

/** Adds what is being folded to the units of experiments, and notes their sums before and after. */
export async function keepUnits(client: ClientBase): Promise<void> {
  await client.query(
    `INSERT INTO unit_adding (${KEY.join(', ')}, ${SUM_COLUMNS.join(', ')})
     SELECT ${KEY.join(', ')}, ${SUMS} FROM (
       SELECT ${KEY.join(', ')}, ${SUM_COLUMNS.join(', ')} FROM folding WHERE experiment <> ''
       UNION ALL
       SELECT a.experiment, a.phase, f.unit, a.assigned, ${SUM_COLUMNS.map((column) => `f.${column}`).join(', ')}
       FROM folding f JOIN assignment_set a ON a.id = f.assignment_set
     ) AS spread GROUP BY ${KEY.join(', ')}
     -- Nearly as the index has them, and by what tells them apart at the first comparison.
     ORDER BY unit, experiment, phase, variant`,
  );
  await lookingUp(client, async () => {
    await client.query(
      `WITH merged AS (
         MERGE INTO unit_agg kept USING unit_adding AS change
         ON ${KEY.map((column) => `kept.${column} = change.${column}`).join(' AND ')}
         ${merged(KEY, SUM_COLUMNS)}
         RETURNING ${KEY.map((column) => `new.${column}`).join(', ')}, ${UNIT_SUMS.map(oldAndNew).join(', ')}
       )
       INSERT INTO unit_change (${KEY.join(', ')}, ${UNIT_SUMS.map((sum) => `old_${sum}, new_${sum}`).join(', ')})
       SELECT * FROM merged`,
    );
  });
}
