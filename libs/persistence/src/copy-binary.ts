import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ClientBase } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
const TRAILER = Buffer.from([0xff, 0xff]);
/** PostgreSQL counts days and microseconds from 2000-01-01. */
const EPOCH_MS = Date.UTC(2000, 0, 1);
const DAY_MS = 86_400_000;
const HEADER_BYTES = 20;

/** Days from 2000-01-01 to the UTC day of Unix milliseconds: how PostgreSQL counts them. */
export function daysSince2000(timeMs: number): number {
  return Math.floor((timeMs - EPOCH_MS) / DAY_MS);
}

/** The day as YYYY-MM-DD. */
export function dayText(day: number): string {
  // Nearly all rows are of the same day as the one before.
  if (day !== lastDay.day) lastDay = { day, text: new Date(EPOCH_MS + day * DAY_MS).toISOString().slice(0, 10) };
  return lastDay.text;
}

let lastDay = { day: 0, text: '2000-01-01' };

/** Element types of arrays by their OID in PostgreSQL's catalogue. */
const OID = { int8: 20, int4: 23, text: 25, float4: 700, float8: 701 } as const;

/** Longest text that is copied character by character. */
const SHORT_TEXT = 40;

/** Rows that are written one after another lie in one block of this size. */
const BLOCK_BYTES = 1 << 18;
/** A copy is sent in pieces of about this size. */
const PIECE_BYTES = 1 << 18;

/**
 * Writes rows of PostgreSQL's binary COPY format: numbers go in as they are, where the text format would print each.
 * One call per column, in the columns' order. A row is a piece of a block that lives as long as one of its rows.
 */
export class BinaryRow {
  private bytes = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  /** The same block: its writes become single instructions, those of Buffer are calls that check their arguments. */
  private view = viewOf(this.bytes);
  private start = 0;
  private at = 0;

  /** Begins a row of `columns` columns. */
  begin(columns: number): void {
    // From a multiple of 8 the engine copies words into shared memory, from anywhere else byte by byte.
    this.start = this.at = (this.at + 7) & ~7;
    this.reserve(2);
    this.view.setInt16(this.at, columns);
    this.at += 2;
  }

  /** The finished row. */
  finish(): Buffer {
    return this.bytes.subarray(this.start, this.at);
  }

  int4(value: number): void {
    this.field(4);
    this.view.setInt32(this.at, value);
    this.at += 4;
  }

  /** A whole number below 2^53 as bigint. */
  int8(value: number): void {
    this.field(8);
    this.writeInt8(value);
  }

  float4(value: number): void {
    this.field(4);
    this.view.setFloat32(this.at, value);
    this.at += 4;
  }

  float8(value: number): void {
    this.field(8);
    this.view.setFloat64(this.at, value);
    this.at += 8;
  }

  bool(value: boolean): void {
    this.field(1);
    this.bytes[this.at++] = value ? 1 : 0;
  }

  text(value: string): void {
    this.reserve(4 + 3 * value.length);
    const length = this.writeText(value, this.at + 4);
    this.view.setInt32(this.at, length);
    this.at += 4 + length;
  }

  /** jsonb, as its version byte and text. */
  jsonb(value: unknown): void {
    const text = JSON.stringify(value);
    this.reserve(5 + 3 * text.length);
    this.bytes[this.at + 4] = 1;
    const length = 1 + this.writeText(text, this.at + 5);
    this.view.setInt32(this.at, length);
    this.at += 4 + length;
  }

  /** `uuid` in canonical form. */
  uuid(uuid: string): void {
    this.field(16);
    this.at += this.bytes.write(uuid.replaceAll('-', ''), this.at, 'hex');
  }

  /** The UTC day of Unix milliseconds. */
  date(timeMs: number): void {
    this.int4(daysSince2000(timeMs));
  }

  /** Unix milliseconds. */
  timestamp(timeMs: number): void {
    this.field(8);
    this.writeInt8((timeMs - EPOCH_MS) * 1000);
  }

  /** bytea, joined from parts. */
  bytea(parts: readonly Uint8Array[]): void {
    let length = 0;
    for (const part of parts) length += part.length;
    this.field(length);
    for (const part of parts) {
      this.bytes.set(part, this.at);
      this.at += part.length;
    }
  }

  float4s(values: ArrayLike<number>): void {
    this.array(OID.float4, values.length, 8);
    const { view } = this;
    for (let i = 0; i < values.length; i++, this.at += 8) {
      view.setInt32(this.at, 4);
      view.setFloat32(this.at + 4, values[i]);
    }
  }

  float8s(values: ArrayLike<number>): void {
    this.array(OID.float8, values.length, 12);
    const { view } = this;
    for (let i = 0; i < values.length; i++, this.at += 12) {
      view.setInt32(this.at, 8);
      view.setFloat64(this.at + 4, values[i]);
    }
  }

  int4s(values: ArrayLike<number>): void {
    this.array(OID.int4, values.length, 8);
    const { view } = this;
    for (let i = 0; i < values.length; i++, this.at += 8) {
      view.setInt32(this.at, 4);
      view.setInt32(this.at + 4, values[i]);
    }
  }

  /** Whole numbers below 2^53 as bigint[]. */
  int8s(values: ArrayLike<number>): void {
    this.array(OID.int8, values.length, 12);
    for (let i = 0; i < values.length; i++) {
      this.view.setInt32(this.at, 8);
      this.at += 4;
      this.writeInt8(values[i]);
    }
  }

  texts(values: readonly string[]): void {
    let characters = 0;
    for (const value of values) characters += value.length;
    const written = this.at - this.start;
    this.array(OID.text, values.length, 4, 3 * characters);
    // Where the array began: making room may have moved the row.
    const start = this.start + written;
    for (const value of values) {
      const length = this.writeText(value, this.at + 4);
      this.view.setInt32(this.at, length);
      this.at += 4 + length;
    }
    this.view.setInt32(start, this.at - start - 4);
  }

  /** Header of a one-dimensional array whose elements take `elementBytes` with their length. */
  private array(oid: number, n: number, elementBytes: number, more = 0): void {
    const header = n === 0 ? 12 : HEADER_BYTES;
    this.reserve(4 + header + n * elementBytes + more);
    const { view, at } = this;
    view.setInt32(at, header + n * elementBytes);
    view.setInt32(at + 4, n === 0 ? 0 : 1);
    view.setInt32(at + 8, 0);
    view.setInt32(at + 12, oid);
    if (n > 0) {
      view.setInt32(at + 16, n);
      view.setInt32(at + 20, 1);
    }
    this.at = at + 4 + header;
  }

  private field(length: number): void {
    this.reserve(4 + length);
    this.view.setInt32(this.at, length);
    this.at += 4;
  }

  private writeInt8(value: number): void {
    const high = Math.floor(value / 2 ** 32);
    this.view.setInt32(this.at, high);
    this.view.setUint32(this.at + 4, value - high * 2 ** 32);
    this.at += 8;
  }

  /** U+0000 cannot be stored in a text column at all; it stays visible as U+FFFD. */
  private writeText(value: string, at: number): number {
    if (value.length <= SHORT_TEXT && this.writeAscii(value, at)) return value.length;
    return this.bytes.write(value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value, at);
  }

  /** Character by character: most texts are ids, and a call into the platform's encoder costs more than they do. */
  private writeAscii(value: string, at: number): boolean {
    const { bytes } = this;
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i);
      if (code === 0 || code >= 0x80) return false;
      bytes[at + i] = code;
    }
    return true;
  }

  private reserve(more: number): void {
    if (this.at + more <= this.bytes.length) return;
    // What is finished stays in the full block; the row that is being written moves to a fresh one.
    const written = this.at - this.start;
    // A multiple of 8, as the next row begins at one.
    const block = Buffer.allocUnsafeSlow(Math.max(BLOCK_BYTES, (2 * (written + more) + 7) & ~7));
    this.bytes.copy(block, 0, this.start, this.at);
    this.bytes = block;
    this.view = viewOf(block);
    this.start = 0;
    this.at = written;
  }
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** Sends rows made by {@link BinaryRow}, or pieces of several rows, into `table (columns)`; they may be made on the way. */
export async function copyBinaryInto(
  client: ClientBase,
  table: string,
  columns: string,
  rows: Iterable<Uint8Array>,
): Promise<void> {
  const copy = client.query(copyFrom(`COPY ${table} (${columns}) FROM STDIN (FORMAT binary)`));
  await pipeline(Readable.from(pieces(rows), { objectMode: false }), copy);
}

/** The copy's bytes in few pieces: each costs a round through two streams, and a row is small. */
function* pieces(rows: Iterable<Uint8Array>): Generator<Buffer> {
  let piece: Uint8Array[] = [SIGNATURE];
  let bytes = 0;
  for (const row of rows) {
    piece.push(row);
    bytes += row.length;
    if (bytes < PIECE_BYTES) continue;
    yield Buffer.concat(piece);
    piece = [];
    bytes = 0;
  }
  yield Buffer.concat([...piece, TRAILER]);
}
