import type { Budget } from './budget';
import { CallError, Code } from './status';

/** A flag for compression and the length (gRPC over HTTP/2, "Length-Prefixed-Message"). */
export const PREFIX_BYTES = 5;
const NOTHING = Buffer.alloc(0);
/** Memory for a message that comes in parts begins with this many bytes and doubles: a length is only a claim. */
const FIRST_BYTES = 1 << 16;

/** Cuts messages out of the data of a call. One that lies whole in its frame is not copied. */
export class MessageReader {
  /** Whether the last message is compressed. */
  compressed = false;
  private chunk: Buffer = NOTHING;
  private at = 0;
  /** Bytes of the message that comes next; -1 while its prefix has not come. */
  private length = -1;
  private readonly prefix: number[] = [];
  private body: Buffer = NOTHING;
  private filled = 0;

  constructor(
    private readonly maxBytes: number,
    private readonly budget: Budget,
  ) {}

  /** Whether a message has begun and is not whole. */
  get begun(): boolean {
    return this.length >= 0 || this.prefix.length > 0;
  }

  /** Takes more data; only when {@link next} has said that there is no further message. */
  feed(bytes: Buffer): void {
    this.chunk = bytes;
    this.at = 0;
  }

  /** The next message, or undefined. Throws {@link CallError} for one that is too large, before it has come. */
  next(): Buffer | undefined {
    if (this.length < 0 && !this.readPrefix()) return undefined;
    const end = this.at + this.length;
    if (this.filled > 0 || end > this.chunk.length) return this.gather();
    const message = this.chunk.subarray(this.at, end);
    this.at = end;
    this.length = -1;
    return message;
  }

  /** Gives up what was gathered. */
  end(): void {
    this.budget.giveBack(this.body.length);
    this.body = NOTHING;
    this.chunk = NOTHING;
  }

  private readPrefix(): boolean {
    const { chunk, prefix } = this;
    while (prefix.length < PREFIX_BYTES && this.at < chunk.length) prefix.push(chunk[this.at++] ?? 0);
    if (prefix.length < PREFIX_BYTES) return this.rest();
    const [flag = 0, a = 0, b = 0, c = 0, d = 0] = prefix;
    prefix.length = 0;
    if (flag > 1) throw new CallError(Code.internal, `a message begins with ${flag}, not with 0 or 1`);
    this.compressed = flag === 1;
    this.length = a * 2 ** 24 + ((b << 16) | (c << 8) | d);
    if (this.length > this.maxBytes)
      throw new CallError(
        Code.resourceExhausted,
        `at most ${this.maxBytes} bytes a message, this one has ${this.length}`,
      );
    return true;
  }

  private gather(): Buffer | undefined {
    const count = Math.min(this.chunk.length - this.at, this.length - this.filled);
    if (count > 0) this.grow(this.filled + count);
    this.chunk.copy(this.body, this.filled, this.at, this.at + count);
    this.at += count;
    this.filled += count;
    if (this.filled < this.length) {
      this.rest();
      return undefined;
    }
    const message = this.body.subarray(0, this.length);
    this.budget.giveBack(this.body.length);
    this.body = NOTHING;
    this.filled = 0;
    this.length = -1;
    return message;
  }

  private grow(bytes: number): void {
    const { body } = this;
    if (bytes <= body.length) return;
    const size = Math.min(this.length, Math.max(FIRST_BYTES, bytes, 2 * body.length));
    this.budget.take(size - body.length);
    this.body = Buffer.allocUnsafeSlow(size);
    this.body.set(body);
  }

  /** Nothing more is in the chunk; it is not held. */
  private rest(): false {
    this.chunk = NOTHING;
    this.at = 0;
    return false;
  }
}
