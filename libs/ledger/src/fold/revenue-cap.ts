import type { ClientBase } from 'pg';
import { ADVISORY_LOCKS } from '@adlift/persistence';
import { inTransaction } from '../in-transaction';
import { CAPPED, MOMENT_COLUMNS } from './moment-columns';

const CAPPED_COLUMNS = [...MOMENT_COLUMNS].filter(([name]) => name.includes('capped'));

/**
 * Sets, or with null lifts, the cap on what one unit may count as revenue in a phase, micros, on both sides of zero.
 * The phase's moments of capped revenue are made anew from the sums of its units, while no fold runs. The client must
 * not be in a transaction.
 */
export async function setRevenueCap(
  client: ClientBase,
  experiment: string,
  phase: number,
  capMicros: bigint | null,
): Promise<void> {
  await inTransaction(client, async () => {
    await client.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.fold]);
    await client.query(
      `INSERT INTO exp_phase (experiment, phase, revenue_cap_micros) VALUES ($1, $2, $3)
       ON CONFLICT (experiment, phase) DO UPDATE SET revenue_cap_micros = excluded.revenue_cap_micros`,
      [experiment, phase, capMicros === null ? null : String(capMicros)],
    );
    await client.query(
      `UPDATE exp_moments m SET ${CAPPED_COLUMNS.map(([name]) => `${name} = anew.${name}`).join(', ')}
       FROM (
         SELECT variant, ${CAPPED_COLUMNS.map(([name, sql]) => `${sql} AS ${name}`).join(', ')} FROM (
           SELECT u.*, 1 AS sign, ${CAPPED} AS capped_micros
           FROM unit_agg u JOIN exp_phase p USING (experiment, phase)
           WHERE experiment = $1 AND phase = $2 AND exposures > 0
         ) AS exposed GROUP BY variant
       ) AS anew WHERE m.experiment = $1 AND m.phase = $2 AND m.variant = anew.variant`,
      [experiment, phase],
    );
  });
}
