import { TransientMap } from '@adlift/memory';
import { numberFrame } from '../frames/frame-header';
import { ConnectionError, StreamError } from '../frames/http2-error';
import { ErrorCode, FrameType } from '../frames/protocol';
import type { Allowances } from './allowances';
import { Http2Stream, type StreamHost } from './http2-stream';
import type { Limits } from './limits';
import type { Outbox } from './outbox';
import { ReceiveWindow } from './receive-window';
import { Sender } from './sender';

/** The streams of a connection from their first frame to their last (RFC 9113, 5.1). */
export class Streams implements StreamHost {
  readonly sender: Sender;
  /** The highest stream that was opened. */
  last = 0;
  /** Streams above this one are left alone: the peer was told so. */
  servedUntil = Infinity;
  /** What the peer may still send on the connection. */
  readonly window: ReceiveWindow;
  private readonly open = new TransientMap<number, Http2Stream>(hashOfId);
  /** Streams that are over while what they asked for is still being done. */
  private abandoned = 0;
  /** Streams that we ended: what was on its way to them is no error. The oldest are forgotten. */
  private readonly dropped = new Set<number>();

  constructor(
    private readonly outbox: Outbox,
    private readonly limits: Limits,
    private readonly allowances: Allowances,
  ) {
    this.sender = new Sender(outbox, allowances, (stream) => this.sentAll(stream));
    this.window = new ReceiveWindow(limits.connectionWindow);
  }

  get size(): number {
    return this.open.size;
  }

  all(): Iterable<Http2Stream> {
    return this.open.values();
  }

  get(id: number): Http2Stream | undefined {
    return this.open.get(id);
  }

  /** The stream, or undefined when it is over. Throws {@link ConnectionError} when it never was. */
  known(id: number, what: string): Http2Stream | undefined {
    const stream = this.open.get(id);
    if (stream === undefined && (id === 0 || id > this.last))
      throw new ConnectionError(ErrorCode.protocolError, `${what} of stream ${id}, which was never open`);
    return stream;
  }

  /**
   * Opens the stream; refused are more than agreed, what is still being done for streams that are over included, and
   * those of a peer that does not read what there is for it.
   */
  add(id: number): Http2Stream {
    if (this.open.size + this.abandoned >= this.limits.streams || this.sender.waiting > this.limits.waitingBytes)
      throw new StreamError(id, ErrorCode.refusedStream, 'too much is under way');
    const stream = new Http2Stream(id, this, this.sender.initialWindow, this.limits.streamWindow);
    this.open.set(id, stream);
    return stream;
  }

  /** A frame for a stream that is over. Throws {@link ConnectionError} unless we ended it while the frame was on its way. */
  late(id: number, what: string): void {
    this.allowances.frame();
    if (id <= this.servedUntil && !this.dropped.has(id))
      throw new ConnectionError(ErrorCode.streamClosed, `${what} of stream ${id}, which is closed`);
  }

  sendHeaders(stream: Http2Stream, block: Buffer, end: boolean): void {
    stream.localEnded = end;
    this.sender.headers(stream, block, end);
  }

  sendData(stream: Http2Stream, head: Uint8Array, body: Uint8Array, trailers: Buffer | undefined): void {
    stream.localEnded = trailers !== undefined;
    this.sender.data(stream, head, body, trailers);
  }

  sendTrailers(stream: Http2Stream, trailers: Buffer): void {
    stream.localEnded = true;
    this.sender.trailers(stream, trailers);
  }

  release(stream: Http2Stream, bytes: number): void {
    stream.unreleased -= bytes;
    this.giveBack(bytes);
    if (stream.remoteEnded || stream.closed) return;
    const increment = stream.receiveWindow.give(bytes);
    if (increment > 0) this.outbox.putWhole(numberFrame(FrameType.windowUpdate, stream.id, increment));
  }

  /** Bytes that came on the connection and that nobody holds any more. */
  giveBack(bytes: number): void {
    const increment = this.window.give(bytes);
    if (increment > 0) this.outbox.putWhole(numberFrame(FrameType.windowUpdate, 0, increment));
  }

  idle(stream: Http2Stream): void {
    if (stream.closed) this.abandoned--;
  }

  reset(stream: Http2Stream, code: ErrorCode): void {
    if (!stream.closed) this.drop(stream.id, code);
  }

  /** Ends a stream, open or not, with RST_STREAM. */
  drop(id: number, code: ErrorCode): void {
    this.outbox.putWhole(numberFrame(FrameType.resetStream, id, code));
    this.dropped.add(id);
    for (const oldest of this.dropped) {
      if (this.dropped.size <= 2 * this.limits.streams) break;
      this.dropped.delete(oldest);
    }
    const stream = this.open.get(id);
    if (stream !== undefined) this.abandon(stream);
  }

  /** The stream is over, and whoever answers on it is told. */
  abandon(stream: Http2Stream): void {
    this.close(stream);
    stream.receiver.aborted();
  }

  /** Nothing can be sent any more on any stream. */
  abandonAll(): void {
    for (const stream of this.open.values()) this.abandon(stream);
  }

  /** What we send has been sent. A peer that is not done itself is told that it need not go on (RFC 9113, 8.1). */
  private sentAll(stream: Http2Stream): void {
    this.allowances.answered();
    if (stream.remoteEnded) this.close(stream);
    else this.drop(stream.id, ErrorCode.noError);
  }

  private close(stream: Http2Stream): void {
    stream.closed = true;
    if (stream.busy) this.abandoned++;
    stream.localEnded = true;
    this.sender.forget(stream);
    this.open.delete(stream.id);
    if (stream.unreleased > 0) this.giveBack(stream.unreleased);
    stream.unreleased = 0;
  }
}

/** A peer's streams have every other number. */
function hashOfId(id: number): number {
  return id >> 1;
}
