import { ConnectionError } from './http2-error';
import { payloadLength } from './frame-header';
import { ErrorCode, HEADER_BYTES } from './protocol';

const NOTHING = Buffer.alloc(0);

/**
 * Cuts frames out of what a socket reads. One that lies whole in what was read is not copied; one that does not is put
 * together in memory of its own, of the length that its header announces.
 */
export class FrameReader {
  type = 0;
  flags = 0;
  stream = 0;
  payload: Buffer = NOTHING;
  private chunk: Buffer = NOTHING;
  private at = 0;
  /** A frame that has begun in an earlier chunk. */
  private begun: Buffer | undefined;
  private filled = 0;

  /** `maxPayload` in bytes: a frame with more ends the connection (RFC 9113, 4.2). */
  constructor(private readonly maxPayload: number) {}

  /** Takes more bytes; only when {@link next} has said that there is no further frame. */
  feed(chunk: Buffer): void {
    this.chunk = chunk;
    this.at = 0;
  }

  /** Goes to the next frame, if there is a whole one. Throws {@link ConnectionError} for one that is too large. */
  next(): boolean {
    const { chunk, at } = this;
    if (this.begun === undefined) {
      const left = chunk.length - at;
      if (left >= HEADER_BYTES) {
        const end = at + HEADER_BYTES + this.length(chunk, at);
        if (end <= chunk.length) {
          this.at = end;
          this.read(chunk, at, end);
          return true;
        }
      }
      if (left === 0) return this.nothing();
      this.begun = Buffer.allocUnsafeSlow(HEADER_BYTES);
      this.filled = 0;
    }
    return this.complete(this.begun);
  }

  private complete(begun: Buffer): boolean {
    if (this.filled < HEADER_BYTES) {
      if (!this.fill(begun)) return this.nothing();
      const whole = Buffer.allocUnsafeSlow(HEADER_BYTES + this.length(begun, 0));
      whole.set(begun);
      this.begun = begun = whole;
    }
    if (!this.fill(begun)) return this.nothing();
    this.begun = undefined;
    this.read(begun, 0, begun.length);
    return true;
  }

  private fill(begun: Buffer): boolean {
    const count = this.chunk.copy(begun, this.filled, this.at);
    this.filled += count;
    this.at += count;
    return this.filled === begun.length;
  }

  private length(bytes: Buffer, at: number): number {
    const length = payloadLength(bytes, at);
    if (length > this.maxPayload)
      throw new ConnectionError(ErrorCode.frameSizeError, `a frame of ${length} bytes, at most ${this.maxPayload}`);
    return length;
  }

  private read(bytes: Buffer, at: number, end: number): void {
    this.type = bytes[at + 3] ?? 0;
    this.flags = bytes[at + 4] ?? 0;
    this.stream = bytes.readUInt32BE(at + 5) & 0x7fffffff;
    this.payload = bytes.subarray(at + HEADER_BYTES, end);
  }

  /** Holds on to no memory while the connection waits. */
  private nothing(): false {
    this.chunk = NOTHING;
    this.at = 0;
    this.payload = NOTHING;
    return false;
  }
}
