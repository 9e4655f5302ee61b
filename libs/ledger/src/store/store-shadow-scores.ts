import type { ClientBase } from 'pg';
import { copyBinaryInto } from '@adlift/persistence';
import { SHADOW_COLUMNS } from '../record/shadow-row';

const COLUMN_LIST = SHADOW_COLUMNS.join(', ');

/** Stores encoded rows inside the caller's transaction; a row that is there already stays as it is. */
export async function storeShadowScores(client: ClientBase, rows: readonly Uint8Array[]): Promise<void> {
  await client.query('CREATE TEMP TABLE IF NOT EXISTS staged_shadow (LIKE shadow_score) ON COMMIT DELETE ROWS');
  await copyBinaryInto(client, 'staged_shadow', COLUMN_LIST, rows);
  await client.query(
    `INSERT INTO shadow_score (${COLUMN_LIST}) SELECT ${COLUMN_LIST} FROM staged_shadow
     ORDER BY day, prediction_id, experiment, shadow ON CONFLICT DO NOTHING`,
  );
}
