const VARINT = 0;
const FIXED64 = 1;
const DELIMITED = 2;
const FIXED32 = 5;
const LOW = 2 ** 32;

/** Longest text that is copied character by character; beyond it the platform's encoder is faster. */
const SHORT_TEXT = 64;

/**
 * Writes protobuf messages into one reused buffer: typed arrays go in as they are, nothing is allocated per field.
 * Fields with default values are left out, as proto3 does. Not for two messages at a time.
 */
export class MessageBuffer {
  private bytes: Buffer;
  private at = 0;

  /** `capacity` in bytes is where it begins; it grows. */
  constructor(capacity = 1 << 14) {
    this.bytes = Buffer.allocUnsafeSlow(capacity);
  }

  /** Begins a new message; what was written before is lost. */
  reset(): this {
    this.at = 0;
    return this;
  }

  /** Puts fields that were encoded before behind what is there. */
  append(fields: Uint8Array): this {
    this.reserve(fields.length);
    this.bytes.set(fields, this.at);
    this.at += fields.length;
    return this;
  }

  /** Bytes written so far. */
  get length(): number {
    return this.at;
  }

  /** A copy of the message. */
  toBytes(): Buffer {
    const copy = Buffer.allocUnsafe(this.at);
    this.bytes.copy(copy, 0, 0, this.at);
    return copy;
  }

  /** The message itself; valid until the next write. */
  view(): Buffer {
    return this.bytes.subarray(0, this.at);
  }

  /** An unsigned integer below 2^53. */
  uint(field: number, value: number): void {
    if (value === 0) return;
    this.reserve(20);
    this.tag(field, VARINT);
    this.varint(value);
  }

  bool(field: number, value: boolean): void {
    if (value) this.uint(field, 1);
  }

  double(field: number, value: number): void {
    if (value === 0) return;
    this.reserve(20);
    this.tag(field, FIXED64);
    this.at = this.bytes.writeDoubleLE(value, this.at);
  }

  float(field: number, value: number): void {
    if (value === 0) return;
    this.reserve(20);
    this.tag(field, FIXED32);
    this.at = this.bytes.writeFloatLE(value, this.at);
  }

  text(field: number, value: string): void {
    if (value !== '') this.textEntry(field, value);
  }

  /** One entry of a repeated text, which is written even when it is empty. */
  textEntry(field: number, value: string): void {
    const { length } = value;
    this.reserve(20 + 3 * length);
    this.tag(field, DELIMITED);
    if (length <= SHORT_TEXT && this.ascii(value, length)) return;
    this.varint(Buffer.byteLength(value));
    this.at += this.bytes.write(value, this.at);
  }

  bytesField(field: number, value: Uint8Array): void {
    if (value.length === 0) return;
    this.reserve(20 + value.length);
    this.tag(field, DELIMITED);
    this.varint(value.length);
    this.bytes.set(value, this.at);
    this.at += value.length;
  }

  /** A packed repeated float or double. Every platform this runs on is little-endian, as the wire is. */
  packedFloats(field: number, values: Float32Array | Float64Array): void {
    this.bytesField(field, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }

  /** A packed repeated unsigned integer below 2^53. */
  packedUints(field: number, values: ArrayLike<number>): void {
    const n = values.length;
    if (n === 0) return;
    this.reserve(20 + 10 * n);
    this.tag(field, DELIMITED);
    let size = 0;
    for (let i = 0; i < n; i++) size += varintSize(values[i] ?? 0);
    this.varint(size);
    for (let i = 0; i < n; i++) this.varint(values[i] ?? 0);
  }

  /** Packed repeated 64-bit integers, exact. */
  packedInt64s(field: number, values: BigInt64Array): void {
    const start = this.begin(field);
    this.reserve(10 * values.length);
    for (const value of values) {
      let rest = BigInt.asUintN(64, value);
      for (; rest >= 0x80n; rest >>= 7n) this.bytes[this.at++] = Number(rest & 0x7fn) | 0x80;
      this.bytes[this.at++] = Number(rest);
    }
    this.end(start);
  }

  /** Begins an embedded message and returns where; {@link end} closes it. */
  begin(field: number): number {
    this.reserve(20);
    this.tag(field, DELIMITED);
    return this.at;
  }

  /** Closes the embedded message that began at `start`: its length is put before it. */
  end(start: number): void {
    const length = this.at - start;
    const size = varintSize(length);
    this.reserve(size);
    this.bytes.copyWithin(start + size, start, this.at);
    this.at = start;
    this.varint(length);
    this.at += length;
  }

  private ascii(value: string, length: number): boolean {
    const { bytes } = this;
    const start = this.at;
    let at = start + 1;
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i);
      if (code >= 0x80) return false;
      bytes[at++] = code;
    }
    bytes[start] = length;
    this.at = at;
    return true;
  }

  private tag(field: number, wireType: number): void {
    this.varint(field * 8 + wireType);
  }

  private varint(value: number): void {
    const { bytes } = this;
    let rest = value;
    while (rest >= LOW) {
      bytes[this.at++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    rest >>>= 0;
    while (rest >= 0x80) {
      bytes[this.at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    bytes[this.at++] = rest;
  }

  private reserve(more: number): void {
    if (this.at + more <= this.bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, this.at + more));
    this.bytes.copy(grown, 0, 0, this.at);
    this.bytes = grown;
  }
}

function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 128)) size++;
  return size;
}
