import type { ClientBase } from 'pg';
import { copyBinaryInto } from '@adlift/persistence';
import { copyExposures } from './copy-exposures';
import type { CopyHopes } from './copy-hopes';
import type { EventOutcome } from '../ledger-event';
import { EXPOSURE_COLUMNS as COLUMNS, withAttributes } from '../record/exposure-row';
import { placed } from '../record/row-head';
import { ACCEPTED, ALREADY_RECORDED } from './outcomes';

const CREATE_STAGING = `CREATE TEMP TABLE IF NOT EXISTS staged_exposure (
  seq int, experiment text, phase bigint, unit text, variant text, served text, flag_digest text, prediction_id uuid,
  day date, exposed_at timestamptz, country text, device text
) ON COMMIT DELETE ROWS`;

/** Of several exposures of one unit the one with the least prediction id counts, whatever the order of arrival. */
const FIRST = `SELECT DISTINCT ON (experiment, phase, unit) * FROM staged_exposure
  ORDER BY experiment, phase, unit, prediction_id`;

/**
 * Stores exposure rows inside the caller's transaction: straight into the table where all of them are new. An earlier exposure that arrives late replaces the stored one,
 * and a correction delta moves what was counted. The outcomes tell, in order, which were new.
 */
export async function storeExposures(
  client: ClientBase,
  rows: readonly Uint8Array[],
  hopes: CopyHopes,
): Promise<EventOutcome[]> {
  const whole = rows.map(withAttributes);
  if (await hopes.copied(() => copyExposures(client, whole))) return rows.map(() => ACCEPTED);
  await client.query(CREATE_STAGING);
  await copyBinaryInto(client, 'staged_exposure', `seq, ${COLUMNS}`, whole.map(placed));
  const { rows: fresh } = await client.query<{ seq: number }>(
    `WITH first AS (${FIRST}), fresh AS (
       INSERT INTO exposure (${COLUMNS}) SELECT ${COLUMNS} FROM first ORDER BY experiment COLLATE "C", phase, unit COLLATE "C"
       ON CONFLICT DO NOTHING RETURNING experiment, phase, unit, variant, day
     ), delta AS (
       INSERT INTO event_delta (lane, experiment, phase, variant, unit, day, exposures)
       SELECT unit_lane(unit), experiment, phase, variant, unit, day, 1 FROM fresh ORDER BY experiment, phase, unit
     )
     SELECT seq FROM fresh JOIN first USING (experiment, phase, unit)`,
  );
  if (fresh.length < rows.length) await moveToEarlier(client);
  const outcomes = rows.map(() => ALREADY_RECORDED);
  for (const { seq } of fresh) outcomes[seq] = ACCEPTED;
  return outcomes;
}

async function moveToEarlier(client: ClientBase): Promise<void> {
  await client.query(
    `WITH first AS (${FIRST}), held AS (
       SELECT e.experiment, e.phase, e.unit, e.variant, e.day FROM exposure e JOIN first USING (experiment, phase, unit)
       WHERE first.prediction_id < e.prediction_id
       ORDER BY e.experiment COLLATE "C", e.phase, e.unit COLLATE "C" FOR UPDATE OF e
     ), moved AS (
       UPDATE exposure e SET variant = first.variant, served = first.served, flag_digest = first.flag_digest,
         prediction_id = first.prediction_id, day = first.day, exposed_at = first.exposed_at,
         country = first.country, device = first.device
       FROM first JOIN held USING (experiment, phase, unit)
       WHERE (e.experiment, e.phase, e.unit) = (first.experiment, first.phase, first.unit)
         AND first.prediction_id < e.prediction_id
       RETURNING e.experiment, e.phase, e.unit, e.variant, e.day
     )
     INSERT INTO event_delta (lane, experiment, phase, variant, unit, day, exposures)
     SELECT unit_lane(unit), experiment, phase, variant, unit, day, 1 FROM moved
     UNION ALL
     SELECT unit_lane(unit), experiment, phase, held.variant, unit, held.day, -1 FROM held JOIN moved USING (experiment, phase, unit)`,
  );
}
