import type { StreamReceiver, Http2Stream } from '../connection/http2-stream';
import { ErrorCode } from '../frames/protocol';
import type { DecodedHeaders } from '../hpack/decoded-headers';
import type { Budget } from './budget';
import type { Deadlines, Expiring } from './deadlines';
import type { Inflater } from './inflater';
import { MessageReader } from './message-reader';
import { ANSWER_HEADERS, OK_TRAILERS, statusOnly, statusTrailers } from './response-blocks';
import { binaryValue, headerValue } from './request-headers';
import { CallError, Code, type CallStatus } from './status';
import { timeoutMs } from './timeout';

/** A caller that has waited for nearly as long as it said, and not only for a moment, may give up without being counted. */
const PATIENCE = 0.9;
const PATIENCE_MS = 5;

/** What calls of one server share. */
export interface CallHost {
  readonly deadlines: Deadlines;
  readonly budget: Budget;
  readonly inflater: Inflater;
  /** What a caller is told of an error that a handler throws. */
  toStatus(error: unknown): CallStatus;
}

/** What a call has to know of its method. */
export interface CallMethod {
  /** Bytes of a message. */
  readonly maxBytes: number;
  /** Told how a call ended. */
  ended(code: number): void;
}

/** What a caller said beside its messages. */
export interface CallContext {
  /** As of performance.now(); Infinity when the caller set none. */
  readonly deadline: number;
  /** The first value of a header; its name in lower case. */
  header(name: string): string | undefined;
  /** The first value of a header whose name ends in `-bin`. */
  binary(name: string): Buffer | undefined;
}

/** What unary calls and streams have in common: headers, deadline, and one end. */
export abstract class Call implements StreamReceiver, Expiring, CallContext {
  deadline = Infinity;
  expiresAt = Infinity;
  earlier: Expiring | undefined;
  later: Expiring | undefined;
  slot = -1;
  /** Whether its end is on its way, or nobody waits for it any more. */
  protected done = false;
  protected answering = false;
  protected readonly reader: MessageReader;

  constructor(
    protected readonly stream: Http2Stream,
    protected readonly headers: DecodedHeaders,
    protected readonly host: CallHost,
    private readonly method: CallMethod,
  ) {
    this.reader = new MessageReader(method.maxBytes, host.budget);
    const { timeout } = headers;
    if (timeout === undefined) return;
    const ms = timeoutMs(timeout);
    if (ms === undefined) throw new CallError(Code.internal, `grpc-timeout is malformed: "${timeout}"`);
    const now = performance.now();
    this.deadline = this.expiresAt = now + ms;
    stream.expectedUntil = now + Math.max(PATIENCE_MS, PATIENCE * ms);
  }

  abstract data(bytes: Buffer, end: boolean): void;
  abstract drained(): void;
  abstract draining(): void;
  /** The call has ended, and not by its handler. */
  protected abstract cancelled(): void;

  header(name: string): string | undefined {
    return headerValue(this.headers, name);
  }

  binary(name: string): Buffer | undefined {
    return binaryValue(this.headers, name);
  }

  expire(): void {
    this.cut({ code: Code.deadlineExceeded, message: 'the deadline has passed' });
  }

  aborted(): void {
    if (this.done) return;
    this.settle(Code.cancelled);
    this.cancelled();
  }

  /** Ends the call with an error. */
  fail(error: unknown): void {
    if (this.done) return;
    this.endWith(this.host.toStatus(error));
  }

  /** Ends the call from our side while its handler is at work. */
  protected cut(status: CallStatus): void {
    if (this.done) return;
    const { queued } = this.stream;
    this.endWith(status);
    // What nobody has read until now keeps the trailers from going out.
    if (queued > 0) this.stream.reset(ErrorCode.cancel);
    this.cancelled();
  }

  protected endWith(status: CallStatus): void {
    this.settle(status.code);
    if (this.answering) this.stream.end(status.code === Code.ok ? OK_TRAILERS : statusTrailers(status));
    else this.stream.headers(statusOnly(status), true);
  }

  protected answer(): void {
    if (this.answering) return;
    this.answering = true;
    this.stream.headers(ANSWER_HEADERS);
  }

  protected settle(code: number): void {
    this.done = true;
    this.host.deadlines.remove(this);
    this.reader.end();
    this.method.ended(code);
  }

  protected inflated(bytes: Buffer): Promise<Buffer> {
    return this.host.inflater.inflate(this.headers.encoding, bytes, this.method.maxBytes);
  }
}
