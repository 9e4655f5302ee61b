import { MAX_ROWS } from '@adlift/scoring';
import { InvalidField } from '@adlift/wire';
import { requireDatatype } from './datatype';
import type { TensorHeader } from './input-tensor';

const MAX_NAME_LENGTH = 256;

/**
 * Checks what an input says of itself, before any of its data is read. A shape is [n] or [n, 1] with n from 1 to
 * MAX_ROWS, so the product of a hostile one is never formed. Throws InvalidField.
 */
export function tensorHeader(name: unknown, datatype: unknown, shape: unknown, at: number): TensorHeader {
  const unnamed = `inputs[${at}]`;
  if (typeof name !== 'string' || name === '' || name.length > MAX_NAME_LENGTH) {
    throw new InvalidField(`${unnamed}.name`, `must be a text of 1 to ${MAX_NAME_LENGTH} characters`);
  }
  const path = `${unnamed} (${name})`;
  return {
    name,
    datatype: requireDatatype(datatype, `${path}.datatype`),
    rows: rowsOf(shape, `${path}.shape`),
    path,
  };
}

function rowsOf(shape: unknown, path: string): number {
  if (!Array.isArray(shape)) throw new InvalidField(path, 'must be an array of dimensions');
  const dimensions: readonly unknown[] = shape;
  if (dimensions.length < 1 || dimensions.length > 2) {
    throw new InvalidField(path, `must be [n] or [n, 1], got ${dimensions.length} dimensions`);
  }
  const [rows, columns = 1] = dimensions;
  if (typeof rows !== 'number' || !Number.isInteger(rows) || rows < 1 || rows > MAX_ROWS) {
    throw new InvalidField(`${path}[0]`, `must be 1 to ${MAX_ROWS} rows, got ${shown(rows)}`);
  }
  if (columns !== 1) throw new InvalidField(`${path}[1]`, `must be 1, got ${shown(columns)}`);
  return rows;
}

function shown(value: unknown): string {
  return typeof value === 'number' ? String(value) : `a ${typeof value}`;
}
