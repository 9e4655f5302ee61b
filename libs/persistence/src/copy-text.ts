import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import type { ClientBase } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

export type CopyValue = string | number | boolean | null;

/** One row in PostgreSQL's COPY text format, newline included. */
export function copyRow(values: readonly CopyValue[]): string {
  let row = '';
  for (let i = 0; i < values.length; i++) row += (i === 0 ? '' : '\t') + copyField(values[i]);
  return row + '\n';
}

function copyField(value: CopyValue): string {
  if (value === null) return '\\N';
  if (typeof value === 'boolean') return value ? 't' : 'f';
  if (typeof value === 'number') return String(value);
  // U+0000 cannot be stored in a text column at all; it stays visible as U+FFFD.
  return /[\\\t\n\r\0]/.test(value) ? value.replace(/[\\\t\n\r\0]/g, escape) : value;
}

function escape(character: string): string {
  switch (character) {
    case '\\':
      return '\\\\';
    case '\t':
      return '\\t';
    case '\n':
      return '\\n';
    case '\r':
      return '\\r';
    default:
      return '\uFFFD';
  }
}

/** Sends rows made by {@link copyRow} into `table (columns)`. */
export async function copyInto(
  client: ClientBase,
  table: string,
  columns: string,
  rows: readonly string[],
): Promise<void> {
  await pipeline(Readable.from(chunks(rows)), client.query(copyFrom(`COPY ${table} (${columns}) FROM STDIN`)));
}

function* chunks(rows: readonly string[]): Generator<Buffer> {
  for (let at = 0; at < rows.length; at += 500) yield Buffer.from(rows.slice(at, at + 500).join(''));
}
