import type { ErrorCode } from '../frames/protocol';
import { ReceiveWindow } from './receive-window';

/** What becomes of a stream, told to whoever answers on it. */
export interface StreamReceiver {
  /** A part of the request's body; `end` with its last. What is kept of it has to be released when it is consumed. */
  data(bytes: Buffer, end: boolean): void;
  /** All that was to be sent has been sent, after {@link Http2Stream.write} had said that it waits. */
  drained(): void;
  /** The peer has given the stream up, or the connection is gone: nothing can be sent any more. */
  aborted(): void;
  /** The server takes no more calls; what runs may end. */
  draining(): void;
}

/** What a stream asks of its connection. */
export interface StreamHost {
  sendHeaders(stream: Http2Stream, block: Buffer, end: boolean): void;
  /** Sends `head` and `body` as data, and `trailers` after them, as far as windows allow, the rest later. */
  sendData(stream: Http2Stream, head: Uint8Array, body: Uint8Array, trailers: Buffer | undefined): void;
  sendTrailers(stream: Http2Stream, trailers: Buffer): void;
  release(stream: Http2Stream, bytes: number): void;
  idle(stream: Http2Stream): void;
  reset(stream: Http2Stream, code: ErrorCode): void;
}

/** Bytes that wait for the peer's windows beyond which a sender had better stop. */
const MANY_QUEUED = 1 << 16;

const NOBODY: StreamReceiver = {
  data: () => undefined,
  drained: () => undefined,
  aborted: () => undefined,
  draining: () => undefined,
};

/** One stream of a connection: one call. */
export class Http2Stream {
  receiver: StreamReceiver = NOBODY;
  /** Bytes that the peer takes on this stream. */
  sendWindow: number;
  readonly receiveWindow: ReceiveWindow;
  /** The peer has sent all. */
  remoteEnded = false;
  /** We have handed over all that we send. */
  localEnded = false;
  /** Something is being done for it that goes on when it is over: it counts as open meanwhile. */
  busy = false;
  /** Neither side sends any more, in order or not. */
  closed = false;
  /** What waits for the windows, in order; `trailers` after it. */
  queue: Buffer[] = [];
  queued = 0;
  trailers: Buffer | undefined;
  /** Bytes received that nobody has {@link release}d yet. */
  unreleased = 0;
  /** Until when the peer waits for an answer, as it said; as of performance.now(). */
  expectedUntil = Infinity;
  /** In the connection's round of streams that have something to send and may. */
  inRound = false;
  /** The caller was told that its data waits. */
  toldToWait = false;

  constructor(
    readonly id: number,
    private readonly host: StreamHost,
    sendWindow: number,
    receiveBytes: number,
  ) {
    this.sendWindow = sendWindow;
    this.receiveWindow = new ReceiveWindow(receiveBytes);
  }

  /** The response's headers; with `end` they are all of it. */
  headers(block: Buffer, end = false): void {
    if (!this.localEnded) this.host.sendHeaders(this, block, end);
  }

  /** `head` and `body` as they are; false when they wait: the sender is told by {@link StreamReceiver.drained} then. */
  write(head: Uint8Array, body: Uint8Array): boolean {
    if (this.localEnded) return true;
    this.host.sendData(this, head, body, undefined);
    return !(this.toldToWait = this.queued > MANY_QUEUED);
  }

  /** The last of the data and the trailers. */
  finish(head: Uint8Array, body: Uint8Array, trailers: Buffer): void {
    if (!this.localEnded) this.host.sendData(this, head, body, trailers);
  }

  /** The trailers, behind all data. */
  end(trailers: Buffer): void {
    if (!this.localEnded) this.host.sendTrailers(this, trailers);
  }

  /** Says that so many bytes of {@link StreamReceiver.data} are consumed: the peer may send as many more. */
  release(bytes: number): void {
    this.host.release(this, bytes);
  }

  /** What made it {@link busy} has ended. */
  idle(): void {
    this.busy = false;
    this.host.idle(this);
  }

  reset(code: ErrorCode): void {
    this.host.reset(this, code);
  }
}
