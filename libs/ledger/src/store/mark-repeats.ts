import type { ClientBase } from 'pg';
import type { EventOutcome } from '../ledger-event';
import { ALREADY_CONFLICTS, ALREADY_RECORDED } from './outcomes';
import type { RawTable } from './raw-tables';

/**
 * Finds the staged events of a table that were not inserted by this transaction, tells repeats that say the same from
 * those that do not, and lists both.
 */
export async function markRepeats(client: ClientBase, raw: RawTable, outcomes: EventOutcome[]): Promise<void> {
  const { rows } = await client.query<{ seq: number; status: 'duplicate' | 'conflict' }>(
    `WITH staged AS (
       SELECT *, row_number() OVER (PARTITION BY ${raw.identity} ORDER BY event_time, seq) AS place
       FROM (SELECT *, event_kind AS kind FROM staged_event WHERE event_kind = ANY($1)) AS of_kind
     ), repeat AS (
       SELECT s.seq, s.event_kind, s.prediction_id, s.idx, s.event_time, s.charged_micros,
         CASE WHEN ${raw.differs} OR (s.timed AND s.event_time <> r.event_time)
           THEN 'conflict' ELSE 'duplicate' END AS status
       FROM staged s JOIN ${raw.table} r USING (${raw.identity})
       -- The first of an identity is the row that is there when this transaction is the one that inserted it.
       WHERE s.place > 1 OR r.xmin <> pg_current_xact_id()::xid
     ), listed AS (
       INSERT INTO event_rejected (status, reason, kind, prediction_id, idx, detail)
       SELECT status, 'already_recorded', event_kind, prediction_id, idx,
         jsonb_build_object('eventTime', event_time, 'chargedMicros', charged_micros)
       FROM repeat ORDER BY seq
     )
     SELECT seq, status FROM repeat`,
    [raw.kinds],
  );
  for (const { seq, status } of rows) outcomes[seq] = status === 'conflict' ? ALREADY_CONFLICTS : ALREADY_RECORDED;
}
