import type { HeaderField } from './decoded-headers';
import { STATIC_TABLE } from './static-table';

const INDEXED = 0x80;
const NEW_NAME = 0;
const NAME_MASK = 0x0f;
const LENGTH_MASK = 0x7f;
const MORE = 0x80;

const indexOfField = new Map(STATIC_TABLE.map(([name, value], at) => [`${name}\0${value}`, at + 1]));
// Of the fields with one name the first counts.
const indexOfName = new Map(STATIC_TABLE.map(([name], at): [string, number] => [name, at + 1]).reverse());

/** What our first block starts with: our table is empty whatever the peer's limit becomes (RFC 7541, 4.2). */
export const TABLE_SIZE_ZERO: Buffer = Buffer.from([0x20]);

/**
 * A header block that uses no table but the static one, so it may be kept and sent on any connection at any time. Names
 * and values are latin1.
 */
export function encodeHeaders(fields: readonly HeaderField[]): Buffer {
  return Buffer.concat(fields.flatMap(encodeField));
}

function encodeField([name, value]: HeaderField): Buffer[] {
  const whole = indexOfField.get(`${name}\0${value}`);
  // No index of the static table needs more than the first byte.
  if (whole !== undefined) return [Buffer.from([INDEXED | whole])];
  const index = indexOfName.get(name);
  if (index !== undefined) return [integer(index, NAME_MASK), ...text(value)];
  return [Buffer.from([NEW_NAME]), ...text(name), ...text(value)];
}

function text(value: string): Buffer[] {
  return [integer(value.length, LENGTH_MASK), Buffer.from(value, 'latin1')];
}

/** RFC 7541, 5.1. */
function integer(value: number, mask: number): Buffer {
  if (value < mask) return Buffer.from([value]);
  const bytes = [mask];
  let rest = value - mask;
  for (; rest >= MORE; rest = Math.floor(rest / MORE)) bytes.push((rest % MORE) | MORE);
  return Buffer.from([...bytes, rest]);
}
