/** Bytes of a block: it is on its way to PostgreSQL while the next is being filled. */
const BLOCK_BYTES = 1 << 18;

/**
 * Rows for a binary COPY, made one behind another out of fields that are there in that format already. A row begins with
 * {@link begin} in memory that {@link hasRoom}; {@link take} hands on what was made and goes on in fresh memory.
 */
export class CopyBlock {
  private bytes = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  private at = 0;

  /** Whether a row of at most `bytes` still fits; an empty block makes room for any. */
  hasRoom(bytes: number): boolean {
    if (this.at + bytes <= this.bytes.length) return true;
    if (this.at > 0) return false;
    this.bytes = Buffer.allocUnsafeSlow(bytes);
    return true;
  }

  /** The rows made since the last time. */
  take(): Buffer {
    const taken = this.bytes.subarray(0, this.at);
    this.bytes = Buffer.allocUnsafeSlow(BLOCK_BYTES);
    this.at = 0;
    return taken;
  }

  /** Begins a row of `columns` columns. */
  begin(columns: number): void {
    this.at = this.bytes.writeInt16BE(columns, this.at);
  }

  /** Fields as they lie in `memory`, each with its length. */
  fields(memory: Buffer, start: number, end: number): void {
    this.at += memory.copy(this.bytes, this.at, start, end);
  }

  /** Begins an array of `count` elements of a type, which follow as fields do and take `bytes` with their lengths. */
  array(oid: number, count: number, bytes: number): void {
    this.at = this.bytes.writeInt32BE(20 + bytes, this.at);
    // One dimension, without nulls, counted from 1.
    for (const value of [1, 0, oid, count, 1]) this.at = this.bytes.writeInt32BE(value, this.at);
  }

  int4(value: number): void {
    this.at = this.bytes.writeInt32BE(4, this.at);
    this.at = this.bytes.writeInt32BE(value, this.at);
  }

  /** A whole number below 2^53 as bigint. */
  int8(value: number): void {
    const high = Math.floor(value / 2 ** 32);
    this.at = this.bytes.writeInt32BE(8, this.at);
    this.at = this.bytes.writeInt32BE(high, this.at);
    this.at = this.bytes.writeUInt32BE(value - high * 2 ** 32, this.at);
  }
}
