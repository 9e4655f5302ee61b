import type { CopyBlock } from '@adlift/persistence';
import { laneOf } from '../fold/lanes';
import { PACKED_COLUMNS } from '../fold/packed-columns';
import { placeOf, type EventFields } from '../record/event-fields';
import { billionths } from './billionths';

const DAY = placeOf('day');
const UNIT = placeOf('unit');
const SET = placeOf('assignment_set');
const PCTR = placeOf('pctr');
const FALLBACK = placeOf('fallback');
const CHARGED = placeOf('charged_micros');

/** Columns of the delta of many units; all others keep their defaults. */
export const PACKED_DELTA_COLUMNS = `lane, day, assignment_set, ${PACKED_COLUMNS.join(', ')}`;
const COLUMNS = PACKED_DELTA_COLUMNS.split(',').length;
/** Element types by their OID in PostgreSQL's catalogue. */
const OID = { int8: 20, int4: 23, text: 25 } as const;
const INT4_BYTES = 8;
const INT8_BYTES = 12;
/** Bytes of a row beside its units and sums: the number of columns, lane, day and list, the heads of its arrays. */
const HEAD_BYTES = 2 + 8 + 8 + 20 + PACKED_COLUMNS.length * 24;
/** What the arrays of a row take on a page of 8 kB that it is to have room on; a unit of any length has a row. */
const MOST_BYTES = 7000;
/** Bytes of a unit's sums there, and of its length with what aligns it. */
const KEPT_BYTES = 2 * 4 + 2 * 8 + 4 + 3;

interface Sum {
  /** Where the unit of its first impression lies, with its length. */
  readonly memory: Buffer;
  readonly unitAt: number;
  readonly unitEnd: number;
  impressions: number;
  fallbacks: number;
  predictedE9: number;
  chargedMicros: number;
}

/** Sums of one lane, day and list of assignments that go into one delta. */
interface Pack {
  readonly memory: Buffer;
  readonly lane: number;
  readonly dayAt: number;
  readonly setAt: number;
  readonly setEnd: number;
  readonly sums: Sum[];
  keptBytes: number;
}

/** Impressions of a batch, summed by unit, day and list of assignments; those without a unit count nowhere. */
export class ImpressionSums {
  private readonly sums = new Map<string, Sum>();
  /** The pack that the next unit of a lane, day and list goes to, and those that are full. */
  private readonly open = new Map<string, Pack>();
  private readonly full: Pack[] = [];

  add(fields: EventFields): void {
    if (fields.isEmpty(UNIT)) return;
    const group = fields.key(SET, SET + 1) + fields.key(DAY, DAY + 1);
    const key = fields.key(UNIT, UNIT + 1) + group;
    let sum = this.sums.get(key);
    if (sum === undefined) {
      const at = { memory: fields.memory, unitAt: fields.start(UNIT), unitEnd: fields.start(UNIT + 1) };
      sum = { ...at, impressions: 0, fallbacks: 0, predictedE9: 0, chargedMicros: 0 };
      this.sums.set(key, sum);
      this.pack(laneOf(fields.memory, fields.valueStart(UNIT), fields.start(UNIT + 1)), group, fields, sum);
    }
    sum.impressions++;
    if (fields.bool(FALLBACK)) sum.fallbacks++;
    sum.predictedE9 += billionths(fields.float4(PCTR));
    sum.chargedMicros += fields.int8(CHARGED);
  }

  /** The sums as rows of deltas, in pieces. */
  *pieces(block: CopyBlock): Generator<Buffer> {
    for (const pack of [...this.full, ...this.open.values()]) {
      const { sums, memory } = pack;
      const unitBytes = sums.reduce((bytes, { unitAt, unitEnd }) => bytes + unitEnd - unitAt, 0);
      if (!block.hasRoom(HEAD_BYTES + unitBytes + sums.length * 2 * (INT4_BYTES + INT8_BYTES))) yield block.take();
      block.begin(COLUMNS);
      block.int4(pack.lane);
      block.fields(memory, pack.dayAt, pack.dayAt + 8);
      block.fields(memory, pack.setAt, pack.setEnd);
      block.array(OID.text, sums.length, unitBytes);
      for (const sum of sums) block.fields(sum.memory, sum.unitAt, sum.unitEnd);
      block.array(OID.int4, sums.length, sums.length * INT4_BYTES);
      for (const { impressions } of sums) block.int4(impressions);
      block.array(OID.int4, sums.length, sums.length * INT4_BYTES);
      for (const { fallbacks } of sums) block.int4(fallbacks);
      block.array(OID.int8, sums.length, sums.length * INT8_BYTES);
      for (const { predictedE9 } of sums) block.int8(predictedE9);
      block.array(OID.int8, sums.length, sums.length * INT8_BYTES);
      for (const { chargedMicros } of sums) block.int8(chargedMicros);
    }
    yield block.take();
  }

  private pack(lane: number, group: string, fields: EventFields, sum: Sum): void {
    const bytes = KEPT_BYTES + sum.unitEnd - sum.unitAt;
    const key = lane + group;
    let pack = this.open.get(key);
    if (pack !== undefined && pack.keptBytes + bytes > MOST_BYTES) {
      this.full.push(pack);
      pack = undefined;
    }
    if (pack === undefined) {
      const at = { lane, dayAt: fields.start(DAY), setAt: fields.start(SET), setEnd: fields.start(SET + 1) };
      pack = { memory: fields.memory, ...at, sums: [], keptBytes: 0 };
      this.open.set(key, pack);
    }
    pack.sums.push(sum);
    pack.keptBytes += bytes;
  }
}
