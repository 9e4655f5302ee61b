import type { ClientBase } from 'pg';
import { lookingUp } from '../looking-up';
import { merged } from './added';
import { SUM_COLUMNS } from './sum-columns';

const SUMS = SUM_COLUMNS.map((column) => `sum(${column}) AS ${column}`).join(', ');

/** Adds what is being folded to the sums of every unit and day. */
export async function keepDays(client: ClientBase): Promise<void> {
  await lookingUp(client, async () => {
    await client.query(
      `MERGE INTO unit_day kept USING (
         SELECT unit, day, ${SUMS} FROM folding WHERE experiment = '' GROUP BY unit, day ORDER BY unit, day
       ) AS change ON kept.unit = change.unit AND kept.day = change.day
       ${merged(['unit', 'day'], SUM_COLUMNS)}`,
    );
  });
}
