import type { ClientBase } from 'pg';
import { copyBinaryInto } from '@adlift/persistence';
import { copyEvents } from './copy-events';
import type { CopyHopes } from './copy-hopes';
import type { EventOutcome } from '../ledger-event';
import { EventRecord, STAGED_COLUMNS } from '../record/event-record';
import { placed } from '../record/row-head';
import { ACCEPTED } from './outcomes';
import { insertRaw, RAW_TABLES } from './raw-tables';
import { markRepeats } from './mark-repeats';
import type { StoredLists } from './stored-lists';

const CREATE_STAGING = `CREATE TEMP TABLE IF NOT EXISTS staged_event (
  seq int, event_kind text, timed boolean,
  day date, prediction_id uuid, idx int, event_time timestamptz, unit text, assignment_set uuid, ad_id text,
  campaign_id text, placement text, bid_micros bigint, bid_type text, currency text, propensity double precision,
  explored boolean, pctr real, pcvr real, logged boolean, log_rate double precision, fallback boolean,
  bundle_digest text, cvr_bundle_digest text, catalogue_version bigint, trace_id text, trace_sampled boolean,
  charged_micros bigint, position int, followed_rank text, viewable text, conversion_kind text, conversion_id text,
  value_micros bigint, reason text
) ON COMMIT DELETE ROWS`;

/**
 * Stores event records inside the caller's transaction: straight into the raw tables where all of them are new, as
 * nearly always; else by staging, raw rows with duplicates left out, deltas of what was really inserted. One outcome per
 * event, in order: `duplicate` when the identity is there already and says the same, `conflict` when it says something
 * else; both are listed in event_rejected.
 */
export async function storeEvents(
  client: ClientBase,
  records: readonly Uint8Array[],
  lists: StoredLists,
  hopes: CopyHopes,
): Promise<EventOutcome[]> {
  const events = records.map((record) => new EventRecord(record));
  await lists.store(client, events);
  if (await hopes.copied(() => copyEvents(client, events))) return events.map(() => ACCEPTED);
  await client.query(CREATE_STAGING);
  await copyBinaryInto(
    client,
    'staged_event',
    STAGED_COLUMNS,
    events.map(({ row }, seq) => placed(row, seq)),
  );
  const outcomes = events.map(() => ACCEPTED);
  for (const raw of RAW_TABLES) {
    const staged = events.filter(({ kind }) => raw.kinds.includes(kind)).length;
    if (staged > 0 && (await insertRaw(client, raw)) < staged) await markRepeats(client, raw, outcomes);
  }
  return outcomes;
}
