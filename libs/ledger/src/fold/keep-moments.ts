import type { ClientBase } from 'pg';
import { added } from './added';
import { UNIT_SUMS } from './folding-tables';
import { CAPPED, MOMENT_COLUMNS } from './moment-columns';

const NAMES = [...MOMENT_COLUMNS.keys()];

function side(which: 'old' | 'new'): string {
  return `(${which === 'old' ? -1 : 1}, ${UNIT_SUMS.map((column) => `${which}_${column}`).join(', ')})`;
}

/**
 * Moves the moments of every arm by what its changed units are less what they were. A unit that is not exposed is
 * nothing; one that becomes exposed comes with all its sums.
 */
export async function keepMoments(client: ClientBase): Promise<void> {
  await client.query(
    `INSERT INTO exp_moments (experiment, phase, variant, ${NAMES.join(', ')})
     SELECT experiment, phase, variant, ${[...MOMENT_COLUMNS.values()].join(', ')} FROM (
       SELECT c.experiment, c.phase, c.variant, side.*, ${CAPPED} AS capped_micros
       FROM unit_change c LEFT JOIN exp_phase p USING (experiment, phase)
       CROSS JOIN LATERAL (VALUES ${side('old')}, ${side('new')}) AS side (sign, ${UNIT_SUMS.join(', ')})
       WHERE side.exposures > 0
     ) AS exposed GROUP BY experiment, phase, variant ORDER BY experiment, phase, variant
     ON CONFLICT (experiment, phase, variant) DO UPDATE SET ${added('exp_moments', NAMES)}`,
  );
}
