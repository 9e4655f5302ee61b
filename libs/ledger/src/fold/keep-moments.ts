import type { ClientBase } from 'pg';
import { added } from './added';
import { UNIT_SUMS } from './folding-tables';
import { CAPPED, MOMENT_COLUMNS } from './moment-columns';

const NAMES = [...MOMENT_COLUMNS.keys()];

function side(which: 'old' | 'new'): string {
  const sums = UNIT_SUMS.map((column) => `${which}_${column} AS ${column}`).join(', ');
  return `SELECT experiment, phase, variant, ${which === 'old' ? -1 : 1} AS sign, ${sums}
    FROM unit_change WHERE ${which}_exposures > 0`;
}

/**
 * Moves the moments of every arm by what its changed units are less what they were. A unit that is not exposed is
 * nothing; one that becomes exposed comes with all its sums.
 */
export async function keepMoments(client: ClientBase): Promise<void> {
  await client.query(
    `INSERT INTO exp_moments (experiment, phase, variant, ${NAMES.join(', ')})
     SELECT experiment, phase, variant, ${[...MOMENT_COLUMNS.values()].join(', ')} FROM (
       SELECT side.*, ${CAPPED} AS capped_micros
       FROM (${side('old')} UNION ALL ${side('new')}) AS side LEFT JOIN exp_phase p USING (experiment, phase)
     ) AS exposed GROUP BY experiment, phase, variant ORDER BY experiment, phase, variant
     ON CONFLICT (experiment, phase, variant) DO UPDATE SET ${added('exp_moments', NAMES)}`,
  );
}
