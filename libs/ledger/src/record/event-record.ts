import { BinaryRow, daysSince2000 } from '@adlift/persistence';
import { uuidV7RandomHex, uuidV7Time } from '@adlift/wire';
import type { LedgerEvent, LedgerEventKind } from '../ledger-event';
import { assignmentList } from './assignment-list';

/** Columns of every raw event table, in the order in which they are staged. */
export const TOKEN_COLUMNS = `day, prediction_id, idx, event_time, unit, assignment_set, ad_id, campaign_id, placement,
  bid_micros, bid_type, currency, propensity, explored, pctr, pcvr, logged, log_rate, fallback, bundle_digest,
  cvr_bundle_digest, catalogue_version, trace_id, trace_sampled, charged_micros`;

const KIND_COLUMNS = 'position, followed_rank, viewable, conversion_kind, conversion_id, value_micros, reason';

/** Columns of the row in an event record; `seq` is its place in the batch, set when it is staged. */
export const STAGED_COLUMNS = `seq, event_kind, timed, ${TOKEN_COLUMNS}, ${KIND_COLUMNS}`;
const STAGED = STAGED_COLUMNS.split(',').length;

const KINDS: readonly LedgerEventKind[] = ['impression', 'click', 'conversion', 'hide', 'invalidate'];

/**
 * An event as it waits: what its writer must know without reading the row, and the row in PostgreSQL's binary COPY
 * format, so that storing it is little more than handing bytes on. Little endian before the row:
 *
 *     0  u8   format, 1
 *     1  u8   kind, its place in KINDS
 *     2  u8   1 when the decision behind it is traced
 *     4  u32  bytes of the list of assignments
 *     8  i32  day of the prediction, from 2000-01-01
 *    12  id of the list, 16 bytes; trace id, 16; span id of the decision, 8
 *    52  the list, then the row
 */
const FORMAT = 1;
const LIST_AT = 52;

const row = new BinaryRow();

export function encodeEvent(event: LedgerEvent): Buffer {
  const { claims } = event;
  const list = assignmentList(claims.assignments);
  const predictedMs = uuidV7Time(claims.predictionId);
  row.begin(STAGED);
  row.int4(0);
  row.text(event.kind);
  row.bool(event.timed);
  row.date(predictedMs);
  row.uuid(claims.predictionId);
  row.int4(claims.index);
  row.timestamp(event.timeMs);
  row.text(claims.unitId);
  row.bytea([list.id]);
  row.text(claims.adId);
  row.text(claims.campaignId);
  row.text(claims.placement);
  row.int8(claims.bidMicros);
  row.text(claims.bidType);
  row.text(claims.currency);
  row.float8(claims.propensity);
  row.bool(claims.explored);
  row.float4(claims.pctr);
  row.float4(claims.pcvr);
  row.bool(claims.logged);
  row.float8(claims.logRate);
  row.bool(claims.fallback);
  row.text(claims.bundleDigest);
  row.text(claims.cvrBundleDigest);
  row.int8(claims.catalogueVersion);
  row.text(claims.traceId);
  row.bool(claims.traceSampled);
  row.int8(event.chargedMicros);
  row.int4(event.position);
  row.text(event.followedRank);
  row.text(event.viewable);
  row.text(event.conversionKind);
  row.text(event.conversionId);
  row.int8(event.valueMicros);
  row.text(event.reason);
  const bytes = row.finish();

  const head = Buffer.alloc(LIST_AT);
  head[0] = FORMAT;
  head[1] = KINDS.indexOf(event.kind);
  head[2] = claims.traceSampled ? 1 : 0;
  head.writeUInt32LE(list.json.length, 4);
  head.writeInt32LE(daysSince2000(predictedMs), 8);
  head.set(list.id, 12);
  if (claims.traceSampled) {
    head.write(claims.traceId, 28, 'hex');
    head.write(uuidV7RandomHex(claims.predictionId), 44, 'hex');
  }
  return Buffer.concat([head, list.json, bytes]);
}

/** The memory that records lie in, many in one: a view for each would be most of what reading them costs. */
const memories = new WeakMap<ArrayBufferLike, Buffer>();

/** A record written by {@link encodeEvent}, read in place. */
export class EventRecord {
  readonly memory: Buffer;
  /** Where in its memory the record ends. */
  readonly end: number;
  private readonly at: number;

  /** Throws RangeError for bytes of another format. */
  constructor(record: Uint8Array) {
    if (record[0] !== FORMAT) throw new RangeError(`an event record of format ${record[0]} is not known here`);
    // No table would take it, and it would be gone.
    if (record[1] >= KINDS.length) throw new RangeError(`an event of kind ${record[1]} is not known here`);
    this.memory = memoryOf(record.buffer);
    this.at = record.byteOffset;
    this.end = this.at + record.byteLength;
  }

  get kind(): LedgerEventKind {
    return KINDS[this.memory[this.at + 1]];
  }

  /** Days since 2000-01-01. */
  get day(): number {
    return this.memory.readInt32LE(this.at + 8);
  }

  /** Hexadecimal id of the list of assignments. */
  get listId(): string {
    return this.memory.toString('hex', this.at + 12, this.at + 28);
  }

  /** The list as text; '' when it is empty. */
  get list(): string {
    return this.memory.toString('utf8', this.at + LIST_AT, this.rowAt);
  }

  /** Root span of the decision that the event follows from, when that is traced. */
  get decision(): { traceId: string; spanId: string } | undefined {
    const { memory, at } = this;
    if (memory[at + 2] === 0) return undefined;
    return { traceId: memory.toString('hex', at + 28, at + 44), spanId: memory.toString('hex', at + 44, at + 52) };
  }

  /** The row, in the bytes of the record. */
  get row(): Uint8Array {
    return this.memory.subarray(this.rowAt, this.end);
  }

  /** Where in its memory the row begins. */
  get rowAt(): number {
    return this.at + LIST_AT + this.memory.readUInt32LE(this.at + 4);
  }
}

function memoryOf(buffer: ArrayBufferLike): Buffer {
  let memory = memories.get(buffer);
  if (memory === undefined) memories.set(buffer, (memory = Buffer.from(buffer)));
  return memory;
}
