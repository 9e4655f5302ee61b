import type { ClientBase } from 'pg';
import { copyBinaryInto } from '@adlift/persistence';
import { PREDICTION_COLUMNS } from '../record/prediction-row';

const COLUMNS = PREDICTION_COLUMNS.join(', ');

/** Stores rows of the prediction log inside the caller's transaction; a row that is there already stays as it is. */
export async function storePredictions(client: ClientBase, rows: readonly Uint8Array[]): Promise<void> {
  await client.query('CREATE TEMP TABLE IF NOT EXISTS staged_prediction (LIKE prediction) ON COMMIT DELETE ROWS');
  await copyBinaryInto(client, 'staged_prediction', COLUMNS, rows);
  await client.query(
    `INSERT INTO prediction (${COLUMNS}) SELECT ${COLUMNS} FROM staged_prediction ORDER BY day, prediction_id
     ON CONFLICT DO NOTHING`,
  );
}
