import type { ClientBase } from 'pg';
import { BinaryRow, copyBinaryInto } from '@adlift/persistence';
import type { ShadowScore } from './shadow-score';

const COLUMNS = [
  ...['day', 'prediction_id', 'experiment', 'phase', 'variant', 'shadow', 'model', 'bundle_digest'],
  ...['pctr_served', 'pctr_shadow', 'rate', 'scored_us'],
];
const COLUMN_LIST = COLUMNS.join(', ');

const row = new BinaryRow();

/** A row of the table of shadow scores in binary COPY format. */
export function encodeShadowScore(score: ShadowScore): Buffer {
  row.begin(COLUMNS.length);
  row.date(score.timeMs);
  row.uuid(score.predictionId);
  row.text(score.experiment);
  row.int4(score.phase);
  row.text(score.variant);
  row.text(score.shadow);
  row.text(score.model);
  row.text(score.bundleDigest);
  row.float4s(score.pctrServed);
  row.float4s(score.pctrShadow);
  row.float8(score.rate);
  row.int4(score.scoredUs);
  return row.finish();
}

/** Stores encoded rows inside the caller's transaction; a row that is there already stays as it is. */
export async function storeShadowScores(client: ClientBase, rows: readonly Uint8Array[]): Promise<void> {
  await client.query('CREATE TEMP TABLE IF NOT EXISTS staged_shadow (LIKE shadow_score) ON COMMIT DELETE ROWS');
  await copyBinaryInto(client, 'staged_shadow', COLUMN_LIST, rows);
  await client.query(
    `INSERT INTO shadow_score (${COLUMN_LIST}) SELECT ${COLUMN_LIST} FROM staged_shadow
     ORDER BY day, prediction_id, experiment, shadow ON CONFLICT DO NOTHING`,
  );
}
