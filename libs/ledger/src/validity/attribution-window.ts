import type { ClientBase } from 'pg';
import { ADVISORY_LOCKS } from '@adlift/persistence';
import { inTransaction } from '../in-transaction';

/**
 * Sets the days after its click in which a conversion counts. Conversions between the old window and the new one are
 * put before the fold again. The client must not be in a transaction. Returns whether anything changed.
 */
export async function setAttributionWindow(client: ClientBase, days: number): Promise<boolean> {
  return inTransaction(client, async () => {
    // A fold under way would judge by the old window what is stored after the search below.
    await client.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.fold]);
    const { rows } = await client.query<{ attribution_days: number }>('SELECT attribution_days FROM fold_state');
    const before = rows[0]?.attribution_days;
    if (before === undefined || before === days) return false;
    await client.query('UPDATE fold_state SET attribution_days = $1', [days]);
    await client.query(
      `INSERT INTO event_delta (unit, day, kind, prediction_id, idx, event_time)
       SELECT c.unit, c.day, 'conversion', c.prediction_id, c.idx, c.event_time
       FROM conversion c JOIN click k USING (day, prediction_id, idx)
       WHERE c.unit <> '' AND c.event_time - k.event_time > least($1::int, $2::int) * interval '24 hours'
         AND c.event_time - k.event_time <= greatest($1, $2) * interval '24 hours'`,
      [before, days],
    );
    return true;
  });
}
