import { Reader } from 'protobufjs/minimal';
import type { Column } from './column';
import { InvalidField } from './predict-request';
import { readText } from './read-text';

/** A column's name and values; `column` is undefined when the column is empty, which means absent. */
export interface NamedColumn {
  readonly name: string;
  readonly column: Column | undefined;
}

const MAX_VARINT_BYTES = 10;

/** Decodes one protobuf Column into typed arrays. `path` names it in {@link InvalidField} errors. */
export function decodeColumn(bytes: Uint8Array, path: string): NamedColumn {
  const reader = Reader.create(bytes);
  let name = '';
  let missing: Uint8Array | undefined;
  let column: Column | undefined;
  const dict: string[] = [];
  let idx: Uint32Array | undefined;
  const fill = (form: Column): void => {
    if (column !== undefined) throw new InvalidField(path, 'two forms of values are filled');
    column = form;
  };
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    switch (tag >>> 3) {
      case 1:
        name = readText(reader);
        break;
      case 2:
        fill({ kind: 'f32', values: floats(packed(reader, tag, `${path}.f32`), `${path}.f32`) });
        break;
      case 3:
        fill({ kind: 'i64', values: packedInt64s(packed(reader, tag, `${path}.i64`), `${path}.i64`) });
        break;
      case 4:
        dict.push(readText(reader));
        break;
      case 5:
        idx = uint32s(packed(reader, tag, `${path}.idx`), `${path}.idx`);
        break;
      case 6:
        fill({ kind: 'f32', values: floats(reader.bytes(), `${path}.raw_f32`) });
        break;
      case 7:
        fill({ kind: 'i32', values: int32s(reader.bytes(), `${path}.raw_i32`) });
        break;
      case 8:
        missing = reader.bytes();
        break;
      default:
        reader.skipType(tag & 7);
    }
  }
  if (name === '') throw new InvalidField(`${path}.name`, 'must not be empty');
  if (idx !== undefined || dict.length > 0) fill({ kind: 'dict', dict, idx: idx ?? new Uint32Array(0) });
  if (column === undefined || missing === undefined) return { name, column };
  return { name, column: { ...column, missing } };
}

function packed(reader: Reader, tag: number, path: string): Uint8Array {
  // A lone, unpacked element is legal protobuf, but no encoder of proto3 writes it.
  if ((tag & 7) !== 2) throw new InvalidField(path, 'must be packed');
  return reader.bytes();
}

function floats(bytes: Uint8Array, path: string): Float32Array {
  requireMultipleOf4(bytes, path);
  const values = new Float32Array(bytes.length / 4);
  new Uint8Array(values.buffer).set(bytes);
  return values;
}

function int32s(bytes: Uint8Array, path: string): Int32Array {
  requireMultipleOf4(bytes, path);
  const values = new Int32Array(bytes.length / 4);
  new Uint8Array(values.buffer).set(bytes);
  return values;
}

function requireMultipleOf4(bytes: Uint8Array, path: string): void {
  if (bytes.length % 4 !== 0) throw new InvalidField(path, `${bytes.length} bytes are not a multiple of 4`);
}

function countVarints(bytes: Uint8Array, path: string): number {
  let count = 0;
  let unfinished = 0;
  for (const byte of bytes) {
    if (byte < 0x80) {
      count++;
      unfinished = 0;
    } else if (++unfinished === MAX_VARINT_BYTES) throw new InvalidField(path, 'a number has more than 64 bits');
  }
  if (unfinished > 0) throw new InvalidField(path, 'the last number is cut short');
  return count;
}

function uint32s(bytes: Uint8Array, path: string): Uint32Array {
  const reader = Reader.create(bytes);
  const values = new Uint32Array(countVarints(bytes, path));
  for (let i = 0; i < values.length; i++) values[i] = reader.uint32();
  return values;
}

/** The 64-bit varints of a packed field, exact. Throws {@link InvalidField} when one is cut short or longer than 64 bits. */
export function packedInt64s(bytes: Uint8Array, path: string): BigInt64Array {
  const values = new BigInt64Array(countVarints(bytes, path));
  // Written as two halves: a BigInt per element would cost more than the rest of the decoding.
  const halves = new Uint32Array(values.buffer);
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
