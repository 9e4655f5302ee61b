import type { ClientBase } from 'pg';
import { copyBinaryInto } from '@adlift/persistence';
import type { CopyHopes } from './copy-hopes';
import { appendDeltas } from './append-deltas';
import type { EventOutcome, LedgerEventKind } from '../ledger-event';
import { EventRecord, STAGED_COLUMNS, TOKEN_COLUMNS } from '../record/event-record';
import { placed } from '../record/row-head';
import { ACCEPTED, ALREADY_CONFLICTS, ALREADY_RECORDED } from './outcomes';
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

/** How one kind of event is kept: its table, its identity, what it has beside the token's columns. */
interface RawTable {
  readonly kinds: readonly LedgerEventKind[];
  readonly table: string;
  readonly identity: string;
  readonly extra: string;
  /** When a repeat (s) says something else than what is stored (r). */
  readonly differs: string;
  /** The extra columns as they stand in the staging table. */
  readonly extraFrom: string;
}

const CHARGE_DIFFERS = 's.charged_micros <> r.charged_micros';

const RAW_TABLES: readonly RawTable[] = [
  plain('impression', 'day, prediction_id, idx', 'position, followed_rank, viewable'),
  plain('click', 'day, prediction_id, idx', ''),
  plain(
    'conversion',
    'day, prediction_id, idx, conversion_kind, conversion_id',
    'conversion_kind, conversion_id, value_micros',
  ),
  {
    kinds: ['hide', 'invalidate'],
    table: 'feedback',
    identity: 'day, prediction_id, idx, kind',
    extra: 'kind, reason',
    extraFrom: 'event_kind AS kind, reason',
    differs: CHARGE_DIFFERS,
  },
];

function plain(kind: 'impression' | 'click' | 'conversion', identity: string, extra: string): RawTable {
  const differs = kind === 'conversion' ? `${CHARGE_DIFFERS} OR s.value_micros <> r.value_micros` : CHARGE_DIFFERS;
  return { kinds: [kind], table: kind, identity, extra, extraFrom: extra, differs };
}

/**
 * Stores event records inside the caller's transaction: straight into the raw tables where all of them are new, as nearly
 * always; else by staging, raw rows with duplicates left out, deltas of what was really inserted. One outcome per event, in order: `duplicate` when the identity is there already and says the same,
 * `conflict` when it says something else; both are listed in event_rejected.
 */
export async function storeEvents(
  client: ClientBase,
  records: readonly Uint8Array[],
  lists: StoredLists,
  hopes: CopyHopes,
): Promise<EventOutcome[]> {
  const events = records.map((record) => new EventRecord(record));
  await lists.store(client, events);
  if (await hopes.copied(client, events)) return events.map(() => ACCEPTED);
  await client.query(CREATE_STAGING);
  await copyBinaryInto(
    client,
    'staged_event',
    STAGED_COLUMNS,
    events.map(({ row }, seq) => placed(row, seq)),
  );
  const outcomes = events.map(() => ACCEPTED);
  const inserted: number[] = [];
  for (const raw of RAW_TABLES) {
    const staged = events.flatMap(({ kind }, seq) => (raw.kinds.includes(kind) ? [seq] : []));
    if (staged.length === 0) continue;
    const fresh = await insertRaw(client, raw);
    inserted.push(...fresh);
    if (fresh.length < staged.length) await markRepeats(client, raw, staged, new Set(fresh), outcomes);
  }
  await appendDeltas(client, inserted);
  return outcomes;
}

async function insertRaw(client: ClientBase, raw: RawTable): Promise<number[]> {
  const extra = raw.extra === '' ? '' : `, ${raw.extra}`;
  const extraFrom = raw.extraFrom === '' ? '' : `, ${raw.extraFrom}`;
  const { rows } = await client.query<{ seq: number }>(
    `WITH chosen AS (
       SELECT DISTINCT ON (${raw.identity}) * FROM (
         SELECT seq, ${TOKEN_COLUMNS}${extraFrom} FROM staged_event WHERE event_kind = ANY($1)
       ) staged ORDER BY ${raw.identity}, event_time, seq
     ), fresh AS (
       INSERT INTO ${raw.table} (${TOKEN_COLUMNS}${extra})
       SELECT ${TOKEN_COLUMNS}${extra} FROM chosen ORDER BY ${raw.identity}
       ON CONFLICT DO NOTHING RETURNING ${raw.identity}
     )
     SELECT seq FROM fresh JOIN chosen USING (${raw.identity})`,
    [raw.kinds],
  );
  return rows.map((row) => row.seq);
}

/** Tells repeats that say the same from those that do not, and lists both. */
async function markRepeats(
  client: ClientBase,
  raw: RawTable,
  staged: readonly number[],
  fresh: ReadonlySet<number>,
  outcomes: EventOutcome[],
): Promise<void> {
  const repeats = staged.filter((seq) => !fresh.has(seq));
  const { rows } = await client.query<{ seq: number; status: 'duplicate' | 'conflict' }>(
    `WITH repeat AS (
       SELECT s.seq, s.event_kind, s.prediction_id, s.idx, s.event_time, s.charged_micros,
         CASE WHEN ${raw.differs} OR (s.timed AND s.event_time <> r.event_time)
           THEN 'conflict' ELSE 'duplicate' END AS status
       FROM (SELECT *, event_kind AS kind FROM staged_event WHERE seq = ANY($1)) s
       JOIN ${raw.table} r USING (${raw.identity})
     ), listed AS (
       INSERT INTO event_rejected (status, reason, kind, prediction_id, idx, detail)
       SELECT status, 'already_recorded', event_kind, prediction_id, idx,
         jsonb_build_object('eventTime', event_time, 'chargedMicros', charged_micros)
       FROM repeat ORDER BY seq
     )
     SELECT seq, status FROM repeat`,
    [repeats],
  );
  for (const { seq, status } of rows) outcomes[seq] = status === 'conflict' ? ALREADY_CONFLICTS : ALREADY_RECORDED;
}
