import type { ClientBase } from 'pg';
import { BinaryRow, copyBinaryInto } from '@adlift/persistence';
import type { LedgerEventKind } from '../ledger-event';
import { EventFields, placeOf } from '../record/event-fields';
import { TOKEN_COLUMNS, type EventRecord } from '../record/event-record';
import { billionths } from './billionths';

const AT = {
  kind: placeOf('event_kind'),
  day: placeOf('day'),
  predictionId: placeOf('prediction_id'),
  idx: placeOf('idx'),
  eventTime: placeOf('event_time'),
  unit: placeOf('unit'),
  set: placeOf('assignment_set'),
  pctr: placeOf('pctr'),
  fallback: placeOf('fallback'),
  catalogueVersion: placeOf('catalogue_version'),
  traceId: placeOf('trace_id'),
  charged: placeOf('charged_micros'),
  position: placeOf('position'),
  conversionKind: placeOf('conversion_kind'),
  conversionId: placeOf('conversion_id'),
  value: placeOf('value_micros'),
  reason: placeOf('reason'),
} as const;
const MAX_INT4 = 2 ** 31 - 1;
const TOKEN_COUNT = TOKEN_COLUMNS.split(',').length;

/** A raw table, its columns beside the token's, and where they stand in a staged row. */
interface Target {
  readonly table: string;
  readonly columns: string;
  /** Runs of places, from the first to before the end. */
  readonly extra: readonly (readonly [first: number, end: number])[];
  readonly count: number;
  /** Places that make an event unique beside day, prediction and candidate. */
  readonly identity: readonly number[];
}

const IMPRESSION: Target = {
  table: 'impression',
  columns: 'position, followed_rank, viewable',
  extra: [[AT.position, AT.conversionKind]],
  count: 3,
  identity: [],
};
const CLICK: Target = { table: 'click', columns: '', extra: [], count: 0, identity: [] };
const CONVERSION: Target = {
  table: 'conversion',
  columns: 'conversion_kind, conversion_id, value_micros',
  extra: [[AT.conversionKind, AT.reason]],
  count: 3,
  identity: [AT.conversionKind, AT.conversionId],
};
const FEEDBACK: Target = {
  table: 'feedback',
  columns: 'kind, reason',
  extra: [
    [AT.kind, AT.kind + 1],
    [AT.reason, AT.reason + 1],
  ],
  count: 2,
  identity: [AT.kind],
};
const TARGETS: Readonly<Record<LedgerEventKind, Target>> = {
  impression: IMPRESSION,
  click: CLICK,
  conversion: CONVERSION,
  hide: FEEDBACK,
  invalidate: FEEDBACK,
};

const DELTA_COLUMNS = `assignment_set, unit, day, kind, prediction_id, idx, event_time, impressions,
  fallback_impressions, predicted_clicks_e9, clicks, conversions, hides, charged_micros, value_micros`;

/** Impressions of one unit, day and list of assignments. */
interface ImpressionSum {
  readonly set: Uint8Array;
  readonly unit: Uint8Array;
  readonly day: number;
  impressions: number;
  fallbacks: number;
  predictedE9: number;
  chargedMicros: number;
}

/**
 * Copies events straight into the raw tables, and their deltas after them: impressions summed by unit, day and list of
 * assignments, every event of another kind by itself, since the fold judges it; events without a unit count nowhere.
 * Resolves with false, having done nothing, when the batch itself has one twice or one that no table holds. Throws what
 * PostgreSQL says of one that is stored already; then it takes looking at each.
 */
export async function copyEvents(client: ClientBase, events: readonly EventRecord[]): Promise<boolean> {
  const batch = new CopiedBatch();
  for (const event of events) if (!batch.add(event)) return false;
  for (const [{ table, columns }, rows] of batch.rows)
    await copyBinaryInto(client, table, columns === '' ? TOKEN_COLUMNS : `${TOKEN_COLUMNS}, ${columns}`, rows);
  const deltas = batch.deltas();
  if (deltas.length > 0) await copyBinaryInto(client, 'event_delta', DELTA_COLUMNS, deltas);
  return true;
}

/** Rows of one batch by their table, and what they add to the kept statistics. */
class CopiedBatch {
  readonly rows = new Map<Target, Uint8Array[]>();
  private readonly fields = new EventFields();
  private readonly seen = new Set<string>();
  private readonly sums = new Map<string, ImpressionSum>();
  private readonly single: Uint8Array[] = [];
  private readonly delta = new BinaryRow();

  /** False for an event that is in the batch already, or that the raw table cannot hold. */
  add({ kind, row }: EventRecord): boolean {
    const { fields } = this;
    fields.read(row);
    const target = TARGETS[kind];
    if (fields.int8(AT.catalogueVersion) > MAX_INT4 || !this.isNew(target)) return false;
    let rows = this.rows.get(target);
    if (rows === undefined) this.rows.set(target, (rows = []));
    rows.push(this.rawRow(target));
    if (fields.value(AT.unit).length === 0) return true;
    if (kind === 'impression') this.sum();
    else this.single.push(this.singleDelta(kind));
    return true;
  }

  deltas(): Uint8Array[] {
    return [...[...this.sums.values()].map((sum) => this.sumDelta(sum)), ...this.single];
  }

  private isNew({ table, identity }: Target): boolean {
    const { fields } = this;
    // The day is the prediction's own.
    let key = `${table} ${fields.int4(AT.idx)} ${fields.key(AT.predictionId)}`;
    for (const place of identity) key += `${fields.value(place).length} ${fields.key(place)}`;
    if (this.seen.has(key)) return false;
    this.seen.add(key);
    return true;
  }

  /** The row as its raw table has it; the catalogue's version is narrower there. */
  private rawRow({ extra, count }: Target): Uint8Array {
    const { fields } = this;
    const before = fields.between(AT.day, AT.catalogueVersion);
    const after = fields.between(AT.traceId, AT.charged + 1);
    const more = extra.map(([first, end]) => fields.between(first, end));
    const length = 2 + before.length + 8 + after.length + more.reduce((sum, part) => sum + part.length, 0);
    const row = Buffer.allocUnsafe(length);
    row.writeInt16BE(TOKEN_COUNT + count);
    row.set(before, 2);
    let at = 2 + before.length;
    row.writeInt32BE(4, at);
    row.writeInt32BE(fields.int8(AT.catalogueVersion), at + 4);
    row.set(after, at + 8);
    at += 8 + after.length;
    for (const part of more) {
      row.set(part, at);
      at += part.length;
    }
    return row;
  }

  private sum(): void {
    const { fields } = this;
    const key = `${fields.int4(AT.day)} ${fields.key(AT.set)}${fields.key(AT.unit)}`;
    let sum = this.sums.get(key);
    if (sum === undefined) {
      const [set, unit, day] = [fields.value(AT.set), fields.value(AT.unit), fields.int4(AT.day)];
      this.sums.set(key, (sum = { set, unit, day, impressions: 0, fallbacks: 0, predictedE9: 0, chargedMicros: 0 }));
    }
    sum.impressions++;
    if (fields.bool(AT.fallback)) sum.fallbacks++;
    sum.predictedE9 += billionths(fields.float4(AT.pctr));
    sum.chargedMicros += fields.int8(AT.charged);
  }

  private sumDelta({ set, unit, day, impressions, fallbacks, predictedE9, chargedMicros }: ImpressionSum): Uint8Array {
    const { delta } = this;
    delta.begin(15);
    delta.bytea([set]);
    delta.bytea([unit]);
    delta.int4(day);
    for (let i = 0; i < 4; i++) delta.missing();
    delta.int8(impressions);
    delta.int8(fallbacks);
    delta.int8(predictedE9);
    for (let i = 0; i < 3; i++) delta.int8(0);
    delta.int8(chargedMicros);
    delta.int8(0);
    return delta.finish();
  }

  private singleDelta(kind: LedgerEventKind): Uint8Array {
    const { delta, fields } = this;
    delta.begin(15);
    delta.bytea([fields.value(AT.set)]);
    delta.bytea([fields.value(AT.unit)]);
    delta.int4(fields.int4(AT.day));
    delta.text(kind);
    delta.bytea([fields.value(AT.predictionId)]);
    delta.int4(fields.int4(AT.idx));
    delta.bytea([fields.value(AT.eventTime)]);
    for (let i = 0; i < 3; i++) delta.int8(0);
    for (const counted of ['click', 'conversion', 'hide']) delta.int8(kind === counted ? 1 : 0);
    delta.int8(fields.int8(AT.charged));
    delta.int8(kind === 'conversion' ? fields.int8(AT.value) : 0);
    return delta.finish();
  }
}
