import { TABLE_SIZE_ZERO } from '../hpack/header-encoder';
import { ConnectionError, StreamError } from '../frames/http2-error';
import { ErrorCode, FIRST_WINDOW, Flag, FrameType, LARGEST_WINDOW } from '../frames/protocol';
import { FIRST_SETTINGS, type PeerSettings } from '../frames/settings';
import type { Allowances } from './allowances';
import type { Http2Stream } from './http2-stream';
import type { Outbox } from './outbox';

/** A frame of ours is no longer even where the peer takes more, so that streams get their turns. */
const MAX_FRAME = 1 << 16;

/**
 * Sends what streams have, as far as the peer's windows allow (RFC 9113, 5.2). Most answers fit and go out at once; the
 * others wait, and are served a frame each in turn.
 */
export class Sender {
  /** Bytes sent as data since the connection began. */
  sent = 0;
  /** Bytes of data that wait for windows or for the socket, of all streams. */
  waiting = 0;
  private window = FIRST_WINDOW;
  private settings = FIRST_SETTINGS;
  /** Streams that have something to send and a window for it. */
  private round: Http2Stream[] = [];
  private begun = false;

  /** `ended` is told of a stream whose last frame is on its way. */
  constructor(
    private readonly outbox: Outbox,
    private readonly allowances: Allowances,
    private readonly ended: (stream: Http2Stream) => void,
  ) {}

  /** Window of a new stream. */
  get initialWindow(): number {
    return this.settings.initialWindow;
  }

  headers(stream: Http2Stream, block: Buffer, end: boolean): void {
    const flags = end ? Flag.endHeaders | Flag.endStream : Flag.endHeaders;
    const before = this.begun ? 0 : TABLE_SIZE_ZERO.length;
    this.outbox.begin(FrameType.headers, flags, stream.id, before + block.length);
    if (!this.begun) this.outbox.put(TABLE_SIZE_ZERO);
    this.begun = true;
    this.outbox.put(block);
    if (end) this.ended(stream);
  }

  data(stream: Http2Stream, head: Uint8Array, body: Uint8Array, trailers: Buffer | undefined): void {
    const length = head.length + body.length;
    if (stream.queued === 0 && length <= this.allowed(stream) && !this.outbox.clogged) {
      this.frame(stream, length);
      this.outbox.put(head);
      this.outbox.put(body);
      if (trailers !== undefined) this.headers(stream, trailers, true);
      return;
    }
    stream.queue.push(Buffer.concat([head, body], length));
    stream.queued += length;
    this.waiting += length;
    stream.trailers = trailers;
    this.enter(stream);
    this.pump();
  }

  trailers(stream: Http2Stream, trailers: Buffer): void {
    if (stream.queued === 0) this.headers(stream, trailers, true);
    else stream.trailers = trailers;
  }

  /** Drops what waits of a stream that is over. */
  forget(stream: Http2Stream): void {
    this.waiting -= stream.queued;
    stream.queued = 0;
    stream.queue = [];
  }

  /** Sends what windows and socket now allow. */
  pump(): void {
    while (this.round.length > 0 && this.window > 0 && !this.outbox.clogged) {
      const stream = this.round.shift();
      if (stream === undefined) return;
      stream.inRound = false;
      if (!stream.closed) this.turn(stream);
    }
  }

  /** The peer takes more, on a stream or on the connection. Throws for an increment that RFC 9113, 6.9 forbids. */
  widen(stream: Http2Stream | undefined, increment: number): void {
    if (stream === undefined) {
      this.window += increment;
      if (this.window > LARGEST_WINDOW)
        throw new ConnectionError(ErrorCode.flowControlError, 'the window of the connection is too large');
    } else {
      stream.sendWindow += increment;
      if (stream.sendWindow > LARGEST_WINDOW)
        throw new StreamError(stream.id, ErrorCode.flowControlError, 'the window of the stream is too large');
      this.enter(stream);
    }
    this.pump();
  }

  /** New settings change the windows of all streams that there are (RFC 9113, 6.9.2). */
  change(settings: PeerSettings, streams: Iterable<Http2Stream>): void {
    const difference = settings.initialWindow - this.settings.initialWindow;
    this.settings = settings;
    if (difference === 0) return;
    for (const stream of streams) {
      stream.sendWindow += difference;
      if (stream.sendWindow > LARGEST_WINDOW)
        throw new ConnectionError(ErrorCode.flowControlError, 'the window of a stream is too large');
      this.enter(stream);
    }
    this.pump();
  }

  /** One frame of what the stream has, and a place at the end of the round for the rest. */
  private turn(stream: Http2Stream): void {
    const [next] = stream.queue;
    if (next === undefined) return;
    const length = Math.min(next.length, this.allowed(stream));
    if (length <= 0) return;
    this.frame(stream, length);
    this.outbox.put(length === next.length ? next : next.subarray(0, length));
    stream.queued -= length;
    this.waiting -= length;
    if (length === next.length) stream.queue.shift();
    else stream.queue[0] = next.subarray(length);
    if (stream.queued > 0) this.enter(stream);
    else if (stream.trailers !== undefined) this.headers(stream, stream.trailers, true);
    else if (stream.toldToWait) {
      stream.toldToWait = false;
      stream.receiver.drained();
    }
  }

  private frame(stream: Http2Stream, length: number): void {
    this.window -= length;
    stream.sendWindow -= length;
    this.sent += length;
    this.allowances.carried();
    this.outbox.begin(FrameType.data, 0, stream.id, length);
  }

  private allowed(stream: Http2Stream): number {
    return Math.min(this.window, stream.sendWindow, this.settings.maxFrame, MAX_FRAME);
  }

  private enter(stream: Http2Stream): void {
    if (stream.inRound || stream.queued === 0 || stream.sendWindow <= 0) return;
    stream.inRound = true;
    this.round.push(stream);
  }
}
