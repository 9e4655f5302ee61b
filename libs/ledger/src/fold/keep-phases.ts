import type { ClientBase } from 'pg';
import { added } from './added';

const COUNTS = ['units_in_several_arms', 'units_without_exposure'];

/** Whether a unit was seen in an arm: exposed to it, or with events in it. */
function seen(prefix: string): string {
  return `(${['exposures', 'impressions', 'clicks', 'conversions'].map((sum) => `${prefix}${sum} > 0`).join(' OR ')})`;
}

/**
 * Counts the units of a phase that were seen in several arms, and those with events but no exposure. Only units that
 * an arm begins or ceases to see, or to be exposed to, can change either; few do, and of those all arms are read.
 */
export async function keepPhases(client: ClientBase): Promise<void> {
  await client.query(
    `INSERT INTO exp_phase (experiment, phase, ${COUNTS.join(', ')})
     SELECT experiment, phase,
       count(*) FILTER (WHERE new_arms > 1) - count(*) FILTER (WHERE old_arms > 1),
       count(*) FILTER (WHERE new_arms > 0 AND new_exposures = 0)
         - count(*) FILTER (WHERE old_arms > 0 AND old_exposures = 0)
     FROM (
       SELECT u.experiment, u.phase,
         count(*) FILTER (WHERE ${seen('u.')}) AS new_arms,
         count(*) FILTER (WHERE CASE WHEN c.unit IS NULL THEN ${seen('u.')} ELSE ${seen('c.old_')} END) AS old_arms,
         coalesce(sum(u.exposures) FILTER (WHERE ${seen('u.')}), 0) AS new_exposures,
         coalesce(sum(CASE WHEN c.unit IS NULL THEN u.exposures ELSE c.old_exposures END)
           FILTER (WHERE CASE WHEN c.unit IS NULL THEN ${seen('u.')} ELSE ${seen('c.old_')} END), 0) AS old_exposures
       FROM (
         SELECT DISTINCT experiment, phase, unit FROM unit_change
         WHERE ${seen('old_')} <> ${seen('new_')} OR old_exposures <> new_exposures
       ) AS turned
       JOIN unit_agg u USING (experiment, phase, unit)
       LEFT JOIN unit_change c ON (c.experiment, c.phase, c.unit, c.variant) = (u.experiment, u.phase, u.unit, u.variant)
       GROUP BY u.experiment, u.phase, u.unit
     ) AS units GROUP BY experiment, phase ORDER BY experiment, phase
     ON CONFLICT (experiment, phase) DO UPDATE SET ${added('exp_phase', COUNTS)}`,
  );
}
