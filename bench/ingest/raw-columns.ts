import { createHash } from 'node:crypto';
import type { Exposure, LedgerEvent, LedgerEventKind } from '@adlift/ledger';
import { BinaryRow } from '@adlift/persistence';

type Type = 'bool' | 'date' | 'float4' | 'float8' | 'int4' | 'int8' | 'text' | 'timestamp' | 'uuid';
type Value = string | number | boolean;

/** A column, its type, and what a fact has in it: days and times in Unix milliseconds. */
type Column<Fact> = readonly [name: string, type: Type, of: (fact: Fact) => Value];

/** A raw table, and how a fact is a row of it. */
export interface RawTable<Fact> {
  readonly name: string;
  readonly columns: readonly Column<Fact>[];
}

const TOKEN: readonly Column<LedgerEvent>[] = [
  ['day', 'date', ({ claims }) => claims.timeMs],
  ['prediction_id', 'uuid', ({ claims }) => claims.predictionId],
  ['idx', 'int4', ({ claims }) => claims.index],
  ['event_time', 'timestamp', ({ timeMs }) => timeMs],
  ['unit', 'text', ({ claims }) => claims.unitId],
  ['assignment_set', 'uuid', ({ claims }) => listIdOf(claims.assignments)],
  ['ad_id', 'text', ({ claims }) => claims.adId],
  ['campaign_id', 'text', ({ claims }) => claims.campaignId],
  ['placement', 'text', ({ claims }) => claims.placement],
  ['bid_micros', 'int8', ({ claims }) => claims.bidMicros],
  ['bid_type', 'text', ({ claims }) => claims.bidType],
  ['currency', 'text', ({ claims }) => claims.currency],
  ['propensity', 'float8', ({ claims }) => claims.propensity],
  ['explored', 'bool', ({ claims }) => claims.explored],
  ['pctr', 'float4', ({ claims }) => claims.pctr],
  ['pcvr', 'float4', ({ claims }) => claims.pcvr],
  ['logged', 'bool', ({ claims }) => claims.logged],
  ['log_rate', 'float8', ({ claims }) => claims.logRate],
  ['fallback', 'bool', ({ claims }) => claims.fallback],
  ['bundle_digest', 'text', ({ claims }) => claims.bundleDigest],
  ['cvr_bundle_digest', 'text', ({ claims }) => claims.cvrBundleDigest],
  ['catalogue_version', 'int4', ({ claims }) => claims.catalogueVersion],
  ['trace_id', 'text', ({ claims }) => claims.traceId],
  ['trace_sampled', 'bool', ({ claims }) => claims.traceSampled],
  ['charged_micros', 'int8', ({ chargedMicros }) => chargedMicros],
];

const FEEDBACK: RawTable<LedgerEvent> = {
  name: 'feedback',
  columns: [...TOKEN, ['kind', 'text', ({ kind }) => kind], ['reason', 'text', ({ reason }) => reason]],
};

const EVENTS: Readonly<Record<LedgerEventKind, RawTable<LedgerEvent>>> = {
  impression: {
    name: 'impression',
    columns: [
      ...TOKEN,
      ['position', 'int4', ({ position }) => position],
      ['followed_rank', 'text', ({ followedRank }) => followedRank],
      ['viewable', 'text', ({ viewable }) => viewable],
    ],
  },
  click: { name: 'click', columns: TOKEN },
  conversion: {
    name: 'conversion',
    columns: [
      ...TOKEN,
      ['conversion_kind', 'text', ({ conversionKind }) => conversionKind],
      ['conversion_id', 'text', ({ conversionId }) => conversionId],
      ['value_micros', 'int8', ({ valueMicros }) => valueMicros],
    ],
  },
  hide: FEEDBACK,
  invalidate: FEEDBACK,
};

const EXPOSURES: RawTable<Exposure> = {
  name: 'exposure',
  columns: [
    ['experiment', 'text', ({ assignment }) => assignment.experiment],
    ['phase', 'int4', ({ assignment }) => assignment.phase],
    ['unit', 'text', ({ unitId }) => unitId],
    ['variant', 'text', ({ assignment }) => assignment.assigned],
    ['served', 'text', ({ assignment }) => assignment.served],
    ['flag_digest', 'text', ({ assignment }) => assignment.flagDigest],
    ['prediction_id', 'uuid', ({ predictionId }) => predictionId],
    ['day', 'date', ({ timeMs }) => timeMs],
    ['exposed_at', 'timestamp', ({ timeMs }) => timeMs],
  ],
};

/** Where events of a kind go. */
export function eventTable(kind: LedgerEventKind): RawTable<LedgerEvent> {
  return EVENTS[kind];
}

export function exposureTable(): RawTable<Exposure> {
  return EXPOSURES;
}

/** Every raw table with the columns that a contestant gives values for. */
export const RAW_COLUMNS: ReadonlyMap<string, string> = new Map(
  [EVENTS.impression, EVENTS.click, EVENTS.conversion, FEEDBACK, EXPOSURES].map((table) => [
    table.name,
    columnNames<never>(table),
  ]),
);

export function columnNames<Fact>({ columns }: RawTable<Fact>): string {
  return columns.map(([name]) => name).join(', ');
}

const row = new BinaryRow();

/** The fact as a row for a binary COPY. */
export function binaryRow<Fact>({ columns }: RawTable<Fact>, fact: Fact): Uint8Array {
  row.begin(columns.length);
  for (const [, type, of] of columns) row[type](of(fact) as never);
  return row.finish();
}

/** The fact as parameters of an INSERT. */
export function parameters<Fact>({ columns }: RawTable<Fact>, fact: Fact): Value[] {
  return columns.map(([, type, of]) => {
    const value = of(fact);
    if (type !== 'date' && type !== 'timestamp') return value;
    return new Date(value as number).toISOString().slice(0, type === 'date' ? 10 : undefined);
  });
}

const listIds = new Map<string, string>();

/** The id of a list as the ledger has it: the first 16 bytes of a hash of its text. */
function listIdOf(assignments: LedgerEvent['claims']['assignments']): string {
  const text = JSON.stringify(
    assignments.map((one) => [one.experiment, one.phase, one.assigned, one.served, one.reason, one.flagDigest]),
  );
  let id = listIds.get(text);
  if (id === undefined) listIds.set(text, (id = createHash('sha256').update(text).digest('hex').slice(0, 32)));
  return id;
}
