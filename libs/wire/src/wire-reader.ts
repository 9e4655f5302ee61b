import { isUtf8 } from 'node:buffer';

const LOW = 2 ** 32;
/** What the engine decodes damaged bytes to; ASCII texts are known to be without it before they are looked at. */
const DAMAGED = '\uFFFD';

/** What `Buffer.toString('utf8')` calls after it has looked at its arguments; texts are many and short here. */
type Sliceable = Buffer & { utf8Slice(start: number, end: number): string };

/**
 * Reads protobuf wire format from a part of a buffer without making an object per field. Every method throws
 * RangeError when the message ends too soon, so that nothing behind it is ever read.
 */
export class WireReader {
  private seen: DataView | undefined;

  constructor(
    readonly bytes: Buffer,
    public at = 0,
    public end = bytes.length,
  ) {}

  /** The bytes as numbers. */
  get view(): DataView {
    const { bytes } = this;
    return (this.seen ??= new DataView(bytes.buffer, bytes.byteOffset, bytes.length));
  }

  get done(): boolean {
    return this.at >= this.end;
  }

  /** The next field's tag: number * 8 + wire type. */
  tag(): number {
    const tag = this.uint32();
    if (tag >>> 3 === 0) throw new RangeError(`byte ${this.at} begins no field`);
    return tag;
  }

  /** A varint's low 32 bits, unsigned. */
  uint32(): number {
    const { bytes } = this;
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.at >= this.end) throw this.cut();
      const byte = bytes[this.at++] ?? 0;
      if (shift < 32) value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new RangeError('a number has more than 64 bits');
  }

  /** A signed 64-bit varint as a number; beyond 2^53 it is the nearest. */
  int64(): number {
    const { bytes } = this;
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.at >= this.end) throw this.cut();
      const byte = bytes[this.at++] ?? 0;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high |= bits >> 4;
      } else if (shift < 63) high |= bits << (shift - 32);
      else high |= (bits & 1) << 31;
      if (byte < 0x80) return (high | 0) * LOW + (low >>> 0);
    }
    throw new RangeError('a number has more than 64 bits');
  }

  /** Enters a length-delimited field: returns where it ends, having checked that it does within the message. */
  delimited(): number {
    const length = this.uint32();
    const end = this.at + length;
    if (end > this.end) throw new RangeError(`a field ends at byte ${end} of ${this.end}`);
    return end;
  }

  /** A string field. Throws RangeError when it is not UTF-8: two damaged texts could become one. */
  text(): string {
    const end = this.delimited();
    const text = (this.bytes as Sliceable).utf8Slice(this.at, end);
    if (text.includes(DAMAGED) && !isUtf8(this.bytes.subarray(this.at, end)))
      throw new RangeError(`the text at byte ${this.at} is not UTF-8`);
    this.at = end;
    return text;
  }

  /** Goes over a field of any kind; groups are not part of proto3. */
  skip(wireType: number): void {
    switch (wireType) {
      case 0:
        this.int64();
        return;
      case 1:
        this.forward(8);
        return;
      case 2:
        this.at = this.delimited();
        return;
      case 5:
        this.forward(4);
        return;
      default:
        throw new RangeError(`a field has the wire type ${wireType}`);
    }
  }

  private forward(bytes: number): void {
    if (this.at + bytes > this.end) throw this.cut();
    this.at += bytes;
  }

  private cut(): RangeError {
    return new RangeError(`the message ends within a field, at byte ${this.end}`);
  }
}
