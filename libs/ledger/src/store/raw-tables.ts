import type { ClientBase } from 'pg';
import type { LedgerEventKind } from '../ledger-event';
import { TOKEN_COLUMNS } from '../record/event-record';

/** How one kind of event is kept: its table, its identity, what it has beside the token's columns. */
export interface RawTable {
  readonly kinds: readonly LedgerEventKind[];
  readonly table: string;
  readonly identity: string;
  /** The extra columns, each with its name in the staging table. */
  readonly extra: readonly (readonly [column: string, staged: string])[];
  /** When a repeat (s) says something else than what is stored (r). */
  readonly differs: string;
  /** What of an inserted row its delta is made of, and the deltas of such rows in `fresh`. */
  readonly returning: string;
  readonly deltas: string;
}

const IDENTITY = 'day, prediction_id, idx';
const CHARGE_DIFFERS = 's.charged_micros <> r.charged_micros';

/** Events that the fold judges one by one have a delta each, which names the event. */
function judged(kind: string, counts: string, valueMicros: string): Pick<RawTable, 'returning' | 'deltas'> {
  return {
    returning: `assignment_set, unit, day, ${kind} AS kind, prediction_id, idx, event_time, ${counts}, charged_micros,
      ${valueMicros} AS value_micros`,
    deltas: `SELECT assignment_set, unit, day, kind, prediction_id, idx, event_time, 0, 0, 0, clicks, conversions, hides,
      charged_micros, value_micros FROM fresh WHERE unit <> ''`,
  };
}

export const RAW_TABLES: readonly RawTable[] = [
  {
    kinds: ['impression'],
    table: 'impression',
    identity: IDENTITY,
    extra: [
      ['position', 'position'],
      ['followed_rank', 'followed_rank'],
      ['viewable', 'viewable'],
    ],
    differs: CHARGE_DIFFERS,
    returning: 'assignment_set, unit, day, fallback, pctr, charged_micros',
    deltas: `SELECT assignment_set, unit, day, NULL, NULL::uuid, NULL::int, NULL::timestamptz, count(*),
      count(*) FILTER (WHERE fallback), sum(round(pctr::numeric * 1000000000)), 0, 0, 0, sum(charged_micros), 0
      FROM fresh WHERE unit <> '' GROUP BY unit, day, assignment_set`,
  },
  {
    kinds: ['click'],
    table: 'click',
    identity: IDENTITY,
    extra: [],
    differs: CHARGE_DIFFERS,
    ...judged("'click'", '1 AS clicks, 0 AS conversions, 0 AS hides', '0'),
  },
  {
    kinds: ['conversion'],
    table: 'conversion',
    identity: `${IDENTITY}, conversion_kind, conversion_id`,
    extra: [
      ['conversion_kind', 'conversion_kind'],
      ['conversion_id', 'conversion_id'],
      ['value_micros', 'value_micros'],
    ],
    differs: `${CHARGE_DIFFERS} OR s.value_micros <> r.value_micros`,
    ...judged("'conversion'", '0 AS clicks, 1 AS conversions, 0 AS hides', 'value_micros'),
  },
  {
    kinds: ['hide', 'invalidate'],
    table: 'feedback',
    identity: `${IDENTITY}, kind`,
    extra: [
      ['kind', 'event_kind'],
      ['reason', 'reason'],
    ],
    differs: CHARGE_DIFFERS,
    ...judged('kind', "0 AS clicks, 0 AS conversions, (kind = 'hide')::int AS hides", '0'),
  },
];

/**
 * Inserts the staged events of a table that it does not have, and appends for the fold what was really inserted:
 * impressions summed by unit, day and list of assignments; every event of another kind by itself, since the fold judges
 * it. Events without a unit count nowhere. Of several events with one identity the earliest goes in. Returns the number
 * of rows inserted.
 */
export async function insertRaw(client: ClientBase, raw: RawTable): Promise<number> {
  const { table, identity, returning, deltas } = raw;
  const columns = [TOKEN_COLUMNS, ...raw.extra.map(([column]) => column)].join(', ');
  const staged = [TOKEN_COLUMNS, ...raw.extra.map(([column, from]) => `${from} AS ${column}`)].join(', ');
  const { rows } = await client.query<{ count: number }>(
    `WITH fresh AS (
       INSERT INTO ${table} (${columns})
       SELECT ${columns} FROM (
         SELECT seq, ${staged} FROM staged_event WHERE event_kind = ANY($1)
       ) AS staged ORDER BY ${identity}, event_time, seq
       ON CONFLICT DO NOTHING RETURNING ${returning}
     ), appended AS (
       INSERT INTO event_delta (lane, assignment_set, unit, day, kind, prediction_id, idx, event_time, impressions,
         fallback_impressions, predicted_clicks_e9, clicks, conversions, hides, charged_micros, value_micros)
       SELECT unit_lane(unit), delta.* FROM (${deltas}) AS delta
     )
     SELECT count(*)::int AS count FROM fresh`,
    [raw.kinds],
  );
  return rows[0]?.count ?? 0;
}
