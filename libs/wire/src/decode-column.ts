import type { Column } from './column';
import { InvalidField, MAX_CANDIDATES } from './predict-request';
import { NameMemory } from './name-memory';
import { Slab } from '@adlift/memory';
import { WireReader } from './wire-reader';

const MAX_VARINT_BYTES = 10;
const DELIMITED = 2;

/** Columns live no longer than their request. */
const slab = new Slab();
const names = new NameMemory();

/** Decodes protobuf Columns into typed arrays, one after another; a request has dozens, so nothing is made for each. */
export class ColumnDecoder {
  /** That of the column decoded last. */
  name = '';

  /**
   * Decodes from where the reader stands to `end`; undefined is a column that is empty, which means absent. Its place
   * `index` among the columns names it in {@link InvalidField} errors.
   */
  decode(reader: WireReader, end: number, index: number): Column | undefined {
    this.name = '';
    let missing: Uint8Array | undefined;
    let column: Column | undefined;
    let dict: string[] | undefined;
    let idx: Uint32Array | undefined;
    const outer = reader.end;
    reader.end = end;
    while (!reader.done) {
      const tag = reader.tag();
      const field = tag >>> 3;
      if (field > 8) {
        reader.skip(tag & 7);
        continue;
      }
      // A lone, unpacked element is legal protobuf, but no encoder of proto3 writes it.
      if ((tag & 7) !== DELIMITED) throw new InvalidField(`${pathOf(index)}.${FORMS[field]}`, 'must be packed');
      if (field === 1) {
        this.name = names.read(reader, index);
        continue;
      }
      if (field === 4) {
        dict ??= [];
        if (dict.length === MAX_CANDIDATES)
          throw new InvalidField(`${pathOf(index)}.dict`, `at most ${MAX_CANDIDATES} entries`);
        dict.push(reader.text());
        continue;
      }
      const until = reader.delimited();
      const start = reader.at;
      reader.at = until;
      if (field === 8) {
        missing = slab.uint8(until - start);
        reader.bytes.copy(missing, 0, start, until);
        continue;
      }
      if (field === 5) {
        if (idx !== undefined) throw twoForms(index);
        idx = uint32s(new WireReader(reader.bytes, start, until), index);
        continue;
      }
      if (column !== undefined) throw twoForms(index);
      if (field === 3) {
        column = { kind: 'i64', values: packedInt64s(reader.bytes.subarray(start, until), `${pathOf(index)}.i64`) };
      } else if (field === 7) column = { kind: 'i32', values: int32s(reader.view, start, until, index) };
      else column = { kind: 'f32', values: floats(reader.view, start, until, index, field) };
    }
    reader.end = outer;
    if (this.name === '') throw new InvalidField(`${pathOf(index)}.name`, 'must not be empty');
    if (idx !== undefined || dict !== undefined) {
      if (column !== undefined) throw twoForms(index);
      column = { kind: 'dict', dict: dict ?? [], idx: idx ?? new Uint32Array(0) };
    }
    return column === undefined || missing === undefined ? column : { ...column, missing };
  }
}

/** Names of the fields as the proto spells them. */
const FORMS: Readonly<Record<number, string>> = {
  1: 'name',
  2: 'f32',
  3: 'i64',
  4: 'dict',
  5: 'idx',
  6: 'raw_f32',
  7: 'raw_i32',
  8: 'missing',
};

/** A column as errors name it; made only for those. */
export function pathOf(index: number): string {
  return `columns[${index}]`;
}

function twoForms(index: number): InvalidField {
  return new InvalidField(pathOf(index), 'two forms or two runs of values are filled');
}

/** Read through a view, since numbers of a message lie at any offset. */
function floats(view: DataView, start: number, end: number, index: number, field: number): Float32Array {
  requireMultipleOf4(end - start, index, field);
  const values = slab.float32((end - start) >>> 2);
  for (let i = 0, at = start; at < end; i++, at += 4) values[i] = view.getFloat32(at, true);
  return values;
}

function int32s(view: DataView, start: number, end: number, index: number): Int32Array {
  requireMultipleOf4(end - start, index, 7);
  const values = slab.int32((end - start) >>> 2);
  for (let i = 0, at = start; at < end; i++, at += 4) values[i] = view.getInt32(at, true);
  return values;
}

function requireMultipleOf4(length: number, index: number, field: number): void {
  if (length % 4 !== 0)
    throw new InvalidField(`${pathOf(index)}.${FORMS[field]}`, `${length} bytes are not a multiple of 4`);
}

function countVarints(bytes: Uint8Array, path: string): number {
  let count = 0;
  let unfinished = 0;
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] < 0x80) {
      count++;
      unfinished = 0;
    } else if (++unfinished === MAX_VARINT_BYTES) throw new InvalidField(path, 'a number has more than 64 bits');
  }
  if (unfinished > 0) throw new InvalidField(path, 'the last number is cut short');
  return count;
}

function uint32s(reader: WireReader, index: number): Uint32Array {
  const bytes = reader.bytes.subarray(reader.at, reader.end);
  const values = slab.uint32(countVarints(bytes, `${pathOf(index)}.idx`));
  for (let i = 0; i < values.length; i++) values[i] = reader.uint32();
  return values;
}

/** 64-bit integers from packed varints. Throws {@link InvalidField} at `path` for varints that are none. */
export function packedInt64s(bytes: Uint8Array, path: string): BigInt64Array {
  const values = slab.int64(countVarints(bytes, path));
  // Written as two halves: a BigInt per element would cost more than the rest of the decoding.
  const halves = new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
  let at = 0;
  for (let i = 0; i < values.length; i++) {
    let low = 0;
    let high = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] ?? 0;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high |= bits >> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) break;
    }
    halves[2 * i] = low >>> 0;
    halves[2 * i + 1] = high >>> 0;
  }
  return values;
}
