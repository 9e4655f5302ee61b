import { InvalidField } from '@adlift/wire';
import { INTEGER_RANGES, type Datatype } from './datatype';
import type { TensorHeader, TensorValues } from './input-tensor';

/**
 * Reads an input's JSON `data`: one value per row, or one array of one value per row. Integers must be exact in JSON,
 * so those of 64 bits reach to 2^53 - 1. Throws InvalidField naming the first value that is not of the datatype.
 */
export function readJsonTensor({ datatype, rows, path }: TensorHeader, data: unknown): TensorValues {
  const field = `${path}.data`;
  if (!Array.isArray(data)) throw new InvalidField(field, 'must be an array of values');
  if (data.length !== rows) throw new InvalidField(field, `the shape needs ${rows} values, got ${data.length}`);
  const values: readonly unknown[] = data;
  const nested = Array.isArray(values[0]);
  const at = (i: number): unknown => (nested ? onlyValue(values[i], `${field}[${i}]`) : values[i]);
  const number = (i: number): number => requireNumber(at(i), datatype, `${field}[${i}]`);
  const length = rows;
  switch (datatype) {
    case 'BYTES':
      return { kind: 'text', values: Array.from({ length }, (_, i) => requireText(at(i), `${field}[${i}]`)) };
    case 'BOOL':
      return { kind: 'i32', values: Int32Array.from({ length }, (_, i) => requireBool(at(i), `${field}[${i}]`)) };
    case 'FP16':
    case 'FP32':
      return { kind: 'f32', values: Float32Array.from({ length }, (_, i) => number(i)) };
    case 'FP64':
      return { kind: 'f64', values: Float64Array.from({ length }, (_, i) => number(i)) };
    case 'INT8':
    case 'INT16':
    case 'INT32':
    case 'UINT8':
    case 'UINT16':
      return { kind: 'i32', values: Int32Array.from({ length }, (_, i) => number(i)) };
    case 'UINT32':
    case 'INT64':
      return { kind: 'i64', values: BigInt64Array.from({ length }, (_, i) => BigInt(number(i))) };
    case 'UINT64':
      return { kind: 'u64', values: BigUint64Array.from({ length }, (_, i) => BigInt(number(i))) };
  }
}

function onlyValue(row: unknown, path: string): unknown {
  if (Array.isArray(row) && row.length === 1) return row[0] as unknown;
  throw new InvalidField(path, 'must be an array of one value, like the rows before it');
}

function requireNumber(value: unknown, datatype: Datatype, path: string): number {
  if (typeof value !== 'number') throw new InvalidField(path, `must be a number of ${datatype}`);
  if (datatype.startsWith('FP')) return value;
  const [least, greatest] = INTEGER_RANGES[datatype] ?? [
    datatype === 'UINT64' ? 0 : Number.MIN_SAFE_INTEGER,
    Number.MAX_SAFE_INTEGER,
  ];
  if (Number.isInteger(value) && value >= least && value <= greatest) return value;
  throw new InvalidField(path, `must be a whole number, ${least} to ${greatest}, for ${datatype}; got ${value}`);
}

function requireText(value: unknown, path: string): string {
  if (typeof value === 'string') return value;
  throw new InvalidField(path, 'must be a text, as BYTES are in JSON');
}

function requireBool(value: unknown, path: string): number {
  if (typeof value === 'boolean') return Number(value);
  throw new InvalidField(path, 'must be true or false');
}
