import type { ClientBase } from 'pg';
import { CopyBlock, copyBinaryInto } from '@adlift/persistence';
import { laneOf } from '../fold/lanes';
import { EventFields, placeOf } from '../record/event-fields';
import { TOKEN_COLUMNS, type EventRecord } from '../record/event-record';
import { PACKED_DELTA_COLUMNS, ImpressionSums } from './impression-sums';
import { RAW_TABLES, type RawTable } from './raw-tables';

const AT = {
  kind: placeOf('event_kind'),
  day: placeOf('day'),
  unit: placeOf('unit'),
  afterSet: placeOf('assignment_set') + 1,
  pctr: placeOf('pctr'),
  catalogueVersion: placeOf('catalogue_version'),
  traceId: placeOf('trace_id'),
  charged: placeOf('charged_micros'),
  value: placeOf('value_micros'),
} as const;
const MAX_INT4 = 2 ** 31 - 1;
const TOKEN_COUNT = TOKEN_COLUMNS.split(',').length;

/** Columns of the delta of one event, those of the staged row together and in its order. */
const DELTA_COLUMNS = `lane, day, prediction_id, idx, event_time, unit, assignment_set, kind, clicks, conversions, hides,
  charged_micros, value_micros`;
const DELTA_COUNT = DELTA_COLUMNS.split(',').length;
/** Bytes that the lane and the sums of a delta take beside what is copied of the row. */
const SUM_BYTES = 72;

/**
 * Copies events straight into the raw tables, and their deltas after them: impressions summed by unit, day and list of
 * assignments, every event of another kind by itself, since the fold judges it; events without a unit count nowhere.
 * Rows are made while those before them are on their way. Resolves with false, having done nothing, when the batch has
 * one that no table holds. Throws what PostgreSQL says of one that is there already, or comes twice; then it takes
 * looking at each.
 */
export async function copyEvents(client: ClientBase, events: readonly EventRecord[]): Promise<boolean> {
  const fields = new EventFields();
  for (const event of events) {
    if (!fields.readEvent(event) || !fits(fields, event.kind === 'impression', events.length)) return false;
  }
  const sums = new ImpressionSums();
  const judged: EventRecord[] = [];
  for (const raw of RAW_TABLES) {
    const chosen = events.filter(({ kind }) => raw.kinds.includes(kind));
    if (chosen.length === 0) continue;
    const columns = [TOKEN_COLUMNS, ...raw.extra.map(([column]) => column)].join(', ');
    const isImpression = raw.kinds.includes('impression');
    await copyBinaryInto(client, raw.table, columns, rawRows(raw, chosen, isImpression ? sums : undefined));
    if (!isImpression) judged.push(...chosen);
  }
  await copyBinaryInto(client, 'event_delta', PACKED_DELTA_COLUMNS, sums.pieces(new CopyBlock()));
  if (judged.length > 0) await copyBinaryInto(client, 'event_delta', DELTA_COLUMNS, deltaRows(judged));
  return true;
}

/**
 * The catalogue's version is narrower in the raw tables; and only probabilities, and amounts of which as many as there
 * are `events` are below 2^53, are summed here as they are there.
 */
function fits(fields: EventFields, isImpression: boolean, events: number): boolean {
  const version = fields.int8(AT.catalogueVersion);
  if (version < 0 || version > MAX_INT4) return false;
  if (!isImpression) return true;
  const pctr = fields.float4(AT.pctr);
  return pctr >= 0 && pctr <= 1 && Math.abs(fields.int8(AT.charged)) * events <= Number.MAX_SAFE_INTEGER;
}

/** Rows of a raw table, in pieces; `sums` are of those before the piece that is asked for next. */
function* rawRows({ extra }: RawTable, events: readonly EventRecord[], sums?: ImpressionSums): Generator<Buffer> {
  const fields = new EventFields();
  const block = new CopyBlock();
  const places = extra.map(([, staged]) => placeOf(staged));
  for (const event of events) {
    fields.readEvent(event);
    if (!block.hasRoom(fields.bytes)) yield block.take();
    block.begin(TOKEN_COUNT + places.length);
    block.fields(fields.memory, fields.start(AT.day), fields.start(AT.catalogueVersion));
    block.int4(fields.int8(AT.catalogueVersion));
    block.fields(fields.memory, fields.start(AT.traceId), fields.start(AT.charged + 1));
    for (const place of places) block.fields(fields.memory, fields.start(place), fields.start(place + 1));
    sums?.add(fields);
  }
  yield block.take();
}

function* deltaRows(events: readonly EventRecord[]): Generator<Buffer> {
  const fields = new EventFields();
  const block = new CopyBlock();
  for (const event of events) {
    fields.readEvent(event);
    if (fields.isEmpty(AT.unit)) continue;
    const { kind } = event;
    if (!block.hasRoom(fields.bytes + SUM_BYTES)) yield block.take();
    block.begin(DELTA_COUNT);
    block.int4(laneOf(fields.memory, fields.valueStart(AT.unit), fields.start(AT.unit + 1)));
    block.fields(fields.memory, fields.start(AT.day), fields.start(AT.afterSet));
    block.fields(fields.memory, fields.start(AT.kind), fields.start(AT.kind + 1));
    for (const counted of ['click', 'conversion', 'hide']) block.int8(kind === counted ? 1 : 0);
    block.int8(fields.int8(AT.charged));
    block.int8(kind === 'conversion' ? fields.int8(AT.value) : 0);
  }
  yield block.take();
}
