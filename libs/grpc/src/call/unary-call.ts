import type { Http2Stream } from '../connection/http2-stream';
import type { DecodedHeaders } from '../hpack/decoded-headers';
import { Call, type CallContext, type CallHost, type CallMethod } from './call';
import { messagePrefix } from './message-prefix';
import { OK_TRAILERS } from './response-blocks';
import { CallError, Code } from './status';

/** Milliseconds in which the message of a call without a deadline has to come. */
const REQUEST_MS = 60_000;
const NOTHING = Buffer.alloc(0);

/** A call with one message each way; handlers decode themselves. */
export interface UnaryCall extends CallContext {
  readonly bytes: Buffer;
}

/** Answers a call; what it throws or rejects with becomes the call's status. */
export type UnaryHandler = (call: UnaryCall) => Promise<Uint8Array>;

/** A unary call on its stream. */
export class UnaryExchange extends Call implements UnaryCall {
  bytes: Buffer = NOTHING;
  private complete = false;
  /** Bytes of a whole message that waits for the end of its stream, or to be inflated. */
  private held = 0;

  constructor(
    stream: Http2Stream,
    headers: DecodedHeaders,
    host: CallHost,
    method: CallMethod,
    private readonly handle: UnaryHandler,
  ) {
    super(stream, headers, host, method);
    this.expiresAt = Math.min(this.deadline, stream.remoteEnded ? Infinity : performance.now() + REQUEST_MS);
  }

  data(bytes: Buffer, end: boolean): void {
    // What a message may hold is limited, so the caller may send on at once.
    this.stream.release(bytes.length);
    if (this.done) return;
    try {
      this.take(bytes);
      if (end) this.requested();
      else if (this.complete && this.held === 0) this.hold();
    } catch (error) {
      this.fail(error);
    }
  }

  drained(): void {
    // A unary answer never waits for this.
  }

  draining(): void {
    // It is answered soon.
  }

  protected cancelled(): void {
    // The answer that is being made is dropped when it comes.
  }

  private take(bytes: Buffer): void {
    const { reader } = this;
    reader.feed(bytes);
    for (let message = reader.next(); message !== undefined; message = reader.next()) {
      if (this.complete) throw new CallError(Code.unimplemented, 'more than one message in a unary call');
      this.complete = true;
      this.bytes = message;
    }
  }

  /** Keeps a message that is not handed over yet: paid for like one that is not whole, and without what it came in. */
  private hold(): void {
    this.host.budget.take(this.bytes.length);
    this.held = this.bytes.length;
    // One that came in parts, or alone, has its memory for itself.
    if (this.bytes.buffer.byteLength > 2 * this.bytes.length) this.bytes = Buffer.copyBytesFrom(this.bytes);
  }

  private requested(): void {
    const { reader, host, stream } = this;
    if (reader.begun) throw new CallError(Code.internal, 'the message is cut off');
    if (!this.complete) throw new CallError(Code.unimplemented, 'a unary call without a message');
    if (this.expiresAt < this.deadline) {
      host.deadlines.remove(this);
      this.expiresAt = this.deadline;
      host.deadlines.add(this);
    }
    if (!reader.compressed) return this.run();
    if (this.held === 0) this.hold();
    stream.busy = true;
    this.inflated(this.bytes).then(
      (bytes) => {
        stream.idle();
        this.bytes = bytes;
        if (!this.done) this.run();
      },
      (error: unknown) => {
        stream.idle();
        this.fail(error);
      },
    );
  }

  private run(): void {
    const { stream } = this;
    stream.busy = true;
    try {
      this.handle(this).then(
        (answer) => {
          stream.idle();
          this.answered(answer);
        },
        (error: unknown) => {
          stream.idle();
          this.fail(error);
        },
      );
    } catch (error) {
      stream.idle();
      this.fail(error);
    }
  }

  protected override settle(code: number): void {
    super.settle(code);
    this.host.budget.giveBack(this.held);
    this.held = 0;
  }

  private answered(answer: Uint8Array): void {
    if (this.done) return;
    this.settle(Code.ok);
    this.answer();
    this.stream.finish(messagePrefix(answer.length), answer, OK_TRAILERS);
  }
}
