import type { ClientBase } from 'pg';
import { uuidV7Day } from '@adlift/wire';
import { copyInto, copyRow } from '@adlift/persistence';
import type { Exposure } from './ledger-event';

const COLUMNS = 'experiment, phase, unit, variant, served, flag_digest, prediction_id, day, exposed_at';

const CREATE_STAGING = `CREATE TEMP TABLE IF NOT EXISTS staged_exposure (
  seq int, experiment text, phase int, unit text, variant text, served text, flag_digest text, prediction_id uuid,
  day date, exposed_at timestamptz
) ON COMMIT DELETE ROWS`;

/** Of several exposures of one unit the one with the least prediction id counts, whatever the order of arrival. */
const FIRST = `SELECT DISTINCT ON (experiment, phase, unit) * FROM staged_exposure
  ORDER BY experiment, phase, unit, prediction_id`;

/**
 * Stores exposures inside the caller's transaction. An earlier exposure that arrives late replaces the stored one,
 * and a correction delta moves what was counted. Returns, in order, whether each was new.
 */
export async function storeExposures(client: ClientBase, exposures: readonly Exposure[]): Promise<boolean[]> {
  await client.query(CREATE_STAGING);
  const rows = exposures.map(({ assignment, unitId, predictionId, timeMs }, seq) =>
    copyRow([
      seq,
      assignment.experiment,
      assignment.phase,
      unitId,
      assignment.assigned,
      assignment.served,
      assignment.flagDigest,
      predictionId,
      uuidV7Day(predictionId),
      new Date(timeMs).toISOString(),
    ]),
  );
  await copyInto(client, 'staged_exposure', `seq, ${COLUMNS}`, rows);
  const { rows: fresh } = await client.query<{ seq: number }>(
    `WITH first AS (${FIRST}), fresh AS (
       INSERT INTO exposure (${COLUMNS}) SELECT ${COLUMNS} FROM first ORDER BY experiment, phase, unit
       ON CONFLICT DO NOTHING RETURNING experiment, phase, unit, variant, day
     ), delta AS (
       INSERT INTO event_delta (experiment, phase, variant, unit, day, exposures)
       SELECT experiment, phase, variant, unit, day, 1 FROM fresh ORDER BY experiment, phase, unit
     )
     SELECT seq FROM fresh JOIN first USING (experiment, phase, unit)`,
  );
  if (fresh.length < exposures.length) await moveToEarlier(client);
  const isNew = exposures.map(() => false);
  for (const { seq } of fresh) isNew[seq] = true;
  return isNew;
}

async function moveToEarlier(client: ClientBase): Promise<void> {
  await client.query(
    `WITH first AS (${FIRST}), held AS (
       SELECT e.experiment, e.phase, e.unit, e.variant, e.day FROM exposure e JOIN first USING (experiment, phase, unit)
       WHERE first.prediction_id < e.prediction_id ORDER BY 1, 2, 3 FOR UPDATE OF e
     ), moved AS (
       UPDATE exposure e SET variant = first.variant, served = first.served, flag_digest = first.flag_digest,
         prediction_id = first.prediction_id, day = first.day, exposed_at = first.exposed_at
       FROM first JOIN held USING (experiment, phase, unit)
       WHERE (e.experiment, e.phase, e.unit) = (first.experiment, first.phase, first.unit)
         AND first.prediction_id < e.prediction_id
       RETURNING e.experiment, e.phase, e.unit, e.variant, e.day
     )
     INSERT INTO event_delta (experiment, phase, variant, unit, day, exposures)
     SELECT experiment, phase, variant, unit, day, 1 FROM moved
     UNION ALL
     SELECT experiment, phase, held.variant, unit, held.day, -1 FROM held JOIN moved USING (experiment, phase, unit)`,
  );
}
