import { InvalidField } from '@adlift/wire';
import { ELEMENT_BYTES, type Datatype } from './datatype';
import { halfToNumber } from './half-float';
import type { TensorHeader, TensorValues } from './input-tensor';

/**
 * Reads an input from its bytes: little-endian, row by row, without padding; a BYTES element is a uint32 length and
 * that many bytes of UTF-8. Throws InvalidField when the bytes are not exactly those of the shape.
 */
export function readRawTensor({ datatype, rows, path }: TensorHeader, bytes: Buffer): TensorValues {
  if (datatype === 'BYTES') return { kind: 'text', values: readTexts(bytes, rows, path) };
  const needed = rows * ELEMENT_BYTES[datatype];
  if (bytes.length !== needed) {
    throw new InvalidField(path, `${rows} values of ${datatype} are ${needed} bytes, got ${bytes.length}`);
  }
  return readNumbers(datatype, bytes, rows);
}

function readNumbers(datatype: Exclude<Datatype, 'BYTES'>, bytes: Buffer, rows: number): TensorValues {
  switch (datatype) {
    case 'FP32':
      return { kind: 'f32', values: new Float32Array(aligned(bytes)) };
    case 'FP64':
      return { kind: 'f64', values: new Float64Array(aligned(bytes)) };
    case 'INT32':
      return { kind: 'i32', values: new Int32Array(aligned(bytes)) };
    case 'INT64':
      return { kind: 'i64', values: new BigInt64Array(aligned(bytes)) };
    case 'UINT64':
      return { kind: 'u64', values: new BigUint64Array(aligned(bytes)) };
    case 'UINT32':
      return { kind: 'i64', values: BigInt64Array.from(new Uint32Array(aligned(bytes)), BigInt) };
    case 'FP16':
      return {
        kind: 'f32',
        values: Float32Array.from({ length: rows }, (_, i) => halfToNumber(bytes.readUInt16LE(2 * i))),
      };
    case 'INT16':
      return { kind: 'i32', values: Int32Array.from(new Int16Array(aligned(bytes))) };
    case 'UINT16':
      return { kind: 'i32', values: Int32Array.from(new Uint16Array(aligned(bytes))) };
    case 'INT8':
      return { kind: 'i32', values: Int32Array.from(new Int8Array(aligned(bytes))) };
    case 'UINT8':
      return { kind: 'i32', values: Int32Array.from(bytes) };
    case 'BOOL':
      return { kind: 'i32', values: Int32Array.from(bytes, (byte) => (byte === 0 ? 0 : 1)) };
  }
}

/** A copy: the bytes of a message start anywhere, typed arrays do not. */
function aligned(bytes: Buffer): ArrayBuffer {
  const copy = new ArrayBuffer(bytes.length);
  new Uint8Array(copy).set(bytes);
  return copy;
}

function readTexts(bytes: Buffer, rows: number, path: string): string[] {
  const texts: string[] = [];
  let at = 0;
  for (let i = 0; i < rows; i++) {
    if (at + 4 > bytes.length)
      throw new InvalidField(`${path}[${i}]`, `its length is cut short at byte ${bytes.length}`);
    const end = at + 4 + bytes.readUInt32LE(at);
    if (end > bytes.length) {
      throw new InvalidField(`${path}[${i}]`, `ends at byte ${end} of ${bytes.length}`);
    }
    texts.push(bytes.toString('utf8', at + 4, end));
    at = end;
  }
  if (at !== bytes.length) throw new InvalidField(path, `${bytes.length - at} bytes are left after ${rows} values`);
  return texts;
}
