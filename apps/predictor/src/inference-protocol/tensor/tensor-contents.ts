import { Reader } from 'protobufjs/minimal';
import { InvalidField, packedInt64s } from '@adlift/wire';
import { INTEGER_RANGES, type Datatype } from './datatype';
import type { TensorHeader, TensorValues } from './input-tensor';

/** Field of InferTensorContents that holds each datatype; FP16 travels in raw contents only. */
const FIELDS: Readonly<Partial<Record<Datatype, number>>> = {
  BOOL: 1,
  INT8: 2,
  INT16: 2,
  INT32: 2,
  INT64: 3,
  UINT8: 4,
  UINT16: 4,
  UINT32: 4,
  UINT64: 5,
  FP32: 6,
  FP64: 7,
  BYTES: 8,
};

const NAMES = ['', 'bool', 'int', 'int64', 'uint', 'uint64', 'fp32', 'fp64', 'bytes'];
const LONGEST_VARINT = 10;

/**
 * Reads an input's InferTensorContents, 64-bit integers exactly. Throws InvalidField when values are filled in that
 * are not of the datatype, or not as many as the shape says.
 */
export function readTensorContents(header: TensorHeader, contents: Uint8Array): TensorValues {
  const { datatype, rows, path } = header;
  const field = FIELDS[datatype];
  if (field === undefined) throw new InvalidField(path, `${datatype} is read from raw_input_contents only`);
  const place = `${path}.contents.${NAMES[field]}_contents`;
  const texts: string[] = [];
  const packed: Uint8Array[] = [];
  const reader = Reader.create(contents);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const bytes = valueBytes(reader, tag & 7);
    if (bytes.length === 0 && tag >>> 3 !== 8) continue;
    if (tag >>> 3 !== field) {
      throw new InvalidField(`${path}.contents`, `${NAMES[tag >>> 3] ?? 'unknown'}_contents do not hold ${datatype}`);
    }
    // Each part holds a value at least, so that no message grows into more parts than it may have values.
    const parts = field === 8 ? texts.push(Buffer.from(bytes).toString('utf8')) : packed.push(bytes);
    if (parts > rows) throw new InvalidField(place, `holds more than the ${rows} values of the shape`);
  }
  if (field === 8) {
    requireCount(texts.length, rows, place);
    return { kind: 'text', values: texts };
  }
  return numbersOf(header, Buffer.concat(packed), place);
}

/** The bytes of a packed field, or of the one value of an unpacked one, which some encoders write. */
function valueBytes(reader: Reader, wireType: number): Uint8Array {
  if (wireType === 2) return reader.bytes();
  const start = reader.pos;
  reader.skipType(wireType);
  return reader.buf.subarray(start, reader.pos);
}

function numbersOf({ datatype, rows }: TensorHeader, bytes: Buffer, place: string): TensorValues {
  if (datatype === 'FP32') {
    requireCount(bytes.length / 4, rows, place);
    return { kind: 'f32', values: Float32Array.from({ length: rows }, (_, i) => bytes.readFloatLE(4 * i)) };
  }
  if (datatype === 'FP64') {
    requireCount(bytes.length / 8, rows, place);
    return { kind: 'f64', values: Float64Array.from({ length: rows }, (_, i) => bytes.readDoubleLE(8 * i)) };
  }
  if (bytes.length > rows * LONGEST_VARINT)
    throw new InvalidField(place, `holds more than the ${rows} values of the shape`);
  const values = packedInt64s(bytes, place);
  requireCount(values.length, rows, place);
  if (datatype === 'INT64') return { kind: 'i64', values };
  if (datatype === 'UINT64')
    return { kind: 'u64', values: new BigUint64Array(values.buffer, values.byteOffset, values.length) };
  if (datatype === 'BOOL') return { kind: 'i32', values: Int32Array.from(values, (value) => Number(value !== 0n)) };
  requireRange(values, datatype, place);
  return datatype === 'UINT32' ? { kind: 'i64', values } : { kind: 'i32', values: Int32Array.from(values, Number) };
}

function requireCount(count: number, rows: number, place: string): void {
  if (count !== rows) throw new InvalidField(place, `the shape needs ${rows} values, got ${count}`);
}

function requireRange(values: BigInt64Array, datatype: Datatype, place: string): void {
  const [least, greatest] = INTEGER_RANGES[datatype] ?? [0, 0];
  const wrong = values.findIndex((value) => value < least || value > greatest);
  if (wrong >= 0) {
    throw new InvalidField(
      `${place}[${wrong}]`,
      `must be ${least} to ${greatest} for ${datatype}, got ${values[wrong]}`,
    );
  }
}
