import type { DecodedHeaders } from '../hpack/decoded-headers';
import { HeaderDecoder } from '../hpack/header-decoder';
import { numberFrame, writeFrameHeader } from '../frames/frame-header';
import { ConnectionError, StreamError } from '../frames/http2-error';
import { ErrorCode, FIRST_WINDOW, Flag, FrameType, HEADER_BYTES } from '../frames/protocol';
import { changedSettings, FIRST_SETTINGS, SETTINGS_ACK, Setting, settingsFrame } from '../frames/settings';
import { Allowances } from './allowances';
import { HeaderBlock } from './header-block';
import type { Http2Stream } from './http2-stream';
import type { Limits } from './limits';
import type { Outbox } from './outbox';
import { content } from './padding';
import { Streams } from './streams';

/** The size of table that every peer begins with. */
const TABLE_BYTES = 4096;
const PING_BYTES = 8;
const PRIORITY_BYTES = 5;
const GOAWAY_BYTES = 8;
const NOTHING = Buffer.alloc(0);
/** What SETTINGS cost of the allowance for frames: they may change the window of every stream. */
const SETTINGS_COST = 50;

/** Takes a new call: it sets the stream's receiver, or answers at once. */
export type Accept = (stream: Http2Stream, headers: DecodedHeaders) => void;

/** Makes of a connection's frames what they mean for its streams. It throws where the peer breaks RFC 9113. */
export class Session {
  readonly streams: Streams;
  readonly block = new HeaderBlock();
  /** Whether the peer's first SETTINGS have come. */
  greeted = false;
  private settings = FIRST_SETTINGS;
  private readonly headers: HeaderDecoder;
  private readonly allowances = new Allowances();

  /** `pinged` is told when a PING of ours comes back. */
  constructor(
    private readonly outbox: Outbox,
    private readonly limits: Limits,
    private readonly accept: Accept,
    private readonly pinged: () => void,
  ) {
    this.streams = new Streams(outbox, limits, this.allowances);
    this.headers = new HeaderDecoder({ maxTableBytes: TABLE_BYTES, maxListBytes: limits.headerBytes });
  }

  /** Sends what a server begins with. */
  greet(): void {
    const { limits } = this;
    const settings = settingsFrame([
      [Setting.maxConcurrentStreams, limits.streams],
      [Setting.initialWindowSize, limits.streamWindow],
      [Setting.maxFrameSize, limits.frameBytes],
      [Setting.maxHeaderListSize, limits.headerBytes],
    ]);
    this.outbox.putWhole(settings);
    this.outbox.putWhole(numberFrame(FrameType.windowUpdate, 0, limits.connectionWindow - FIRST_WINDOW));
  }

  /** Takes a frame. Throws {@link ConnectionError}; what concerns one stream ends only that. */
  frame(type: number, flags: number, id: number, payload: Buffer): void {
    try {
      if (this.block.stream !== 0 && type !== FrameType.continuation) throw broken('a header block was cut off');
      if (!this.greeted && type !== FrameType.settings) throw broken('the first frame is not SETTINGS');
      this.take(type, flags, id, payload);
    } catch (error) {
      if (!(error instanceof StreamError)) throw error;
      // A refused stream has cost no more than its headers.
      if (error.code === ErrorCode.refusedStream) this.allowances.frame();
      else this.allowances.reset();
      this.streams.drop(error.stream, error.code);
    }
  }

  /** Sends a PING with 8 bytes of payload. */
  ping(payload: Buffer, flags = 0): void {
    const frame = Buffer.allocUnsafe(HEADER_BYTES + PING_BYTES);
    frame.set(payload, writeFrameHeader(frame, 0, PING_BYTES, FrameType.ping, flags, 0));
    this.outbox.putWhole(frame);
  }

  private take(type: number, flags: number, id: number, payload: Buffer): void {
    switch (type) {
      case FrameType.data:
        return this.takeData(flags, id, payload);
      case FrameType.headers:
        return this.takeHeaders(flags, id, content(payload, flags, true));
      case FrameType.continuation:
        return this.takeContinuation(flags, id, payload);
      case FrameType.windowUpdate:
        return this.takeWindowUpdate(id, payload);
      case FrameType.resetStream:
        return this.takeReset(id, payload);
      case FrameType.settings:
        return this.takeSettings(flags, id, payload);
      case FrameType.ping:
        return this.takePing(flags, id, payload);
      case FrameType.pushPromise:
        throw broken('PUSH_PROMISE of a client');
      case FrameType.priority:
        if (id === 0) throw broken('PRIORITY of no stream');
        if (payload.length !== PRIORITY_BYTES)
          throw new StreamError(id, ErrorCode.frameSizeError, `PRIORITY of ${payload.length} bytes`);
        return this.allowances.frame();
      case FrameType.goAway:
        if (id !== 0) throw broken('GOAWAY of a stream');
        if (payload.length < GOAWAY_BYTES)
          throw new ConnectionError(ErrorCode.frameSizeError, `GOAWAY of ${payload.length} bytes`);
        return this.allowances.frame();
      default:
        return this.allowances.frame();
    }
  }

  private takeData(flags: number, id: number, payload: Buffer): void {
    const { streams } = this;
    const stream = streams.known(id, 'DATA');
    if (!streams.window.take(payload.length))
      throw new ConnectionError(ErrorCode.flowControlError, 'more data than the window of the connection');
    if (stream === undefined || stream.remoteEnded) {
      streams.giveBack(payload.length);
      if (stream !== undefined) throw new StreamError(id, ErrorCode.streamClosed, 'data after the end');
      return streams.late(id, 'DATA');
    }
    stream.unreleased += payload.length;
    if (!stream.receiveWindow.take(payload.length))
      throw new StreamError(id, ErrorCode.flowControlError, 'more data than the window of the stream');
    const body = content(payload, flags, false);
    const end = (flags & Flag.endStream) !== 0;
    stream.remoteEnded = end;
    if (body.length < payload.length) stream.release(payload.length - body.length);
    if (body.length > 0) this.allowances.carried();
    else if (!end) return this.allowances.frame();
    stream.receiver.data(body, end);
  }

  private takeHeaders(flags: number, id: number, fragment: Buffer): void {
    if ((id & 1) === 0) throw broken(`HEADERS of stream ${id}`);
    const end = (flags & Flag.endStream) !== 0;
    if ((flags & Flag.endHeaders) !== 0) this.takeBlock(id, end, fragment);
    else this.block.begin(id, end, fragment);
  }

  private takeContinuation(flags: number, id: number, fragment: Buffer): void {
    const { block } = this;
    if (block.stream === 0 || block.stream !== id) throw broken(`CONTINUATION of stream ${id}`);
    this.allowances.frame();
    block.add(fragment);
    if ((flags & Flag.endHeaders) !== 0) this.takeBlock(id, block.endStream, block.end());
  }

  /** A whole header block, which has to be read in any case: later blocks build on it. */
  private takeBlock(id: number, end: boolean, block: Buffer): void {
    const { streams } = this;
    const known = streams.get(id);
    if (known !== undefined) return this.takeTrailers(known, end, block);
    const headers = this.headers.decode(block);
    const opens = id > streams.last;
    streams.last = Math.max(streams.last, id);
    if (!opens || id > streams.servedUntil) return streams.late(id, 'HEADERS');
    if (headers.malformed !== undefined) throw new StreamError(id, ErrorCode.protocolError, headers.malformed);
    const stream = streams.add(id);
    stream.remoteEnded = end;
    this.accept(stream, headers);
  }

  private takeTrailers(stream: Http2Stream, end: boolean, block: Buffer): void {
    const { malformed } = this.headers.decode(block, 'trailers');
    if (stream.remoteEnded) throw new StreamError(stream.id, ErrorCode.streamClosed, 'headers after the end');
    if (!end || malformed !== undefined)
      throw new StreamError(stream.id, ErrorCode.protocolError, malformed ?? 'trailers that are not the end');
    stream.remoteEnded = true;
    stream.receiver.data(NOTHING, true);
  }

  private takeWindowUpdate(id: number, payload: Buffer): void {
    this.allowances.frame();
    const increment = numberIn(payload, 'WINDOW_UPDATE') & 0x7fffffff;
    if (id === 0) {
      if (increment === 0) throw broken('an increment of 0');
      return this.streams.sender.widen(undefined, increment);
    }
    const stream = this.streams.known(id, 'WINDOW_UPDATE');
    if (increment === 0) throw new StreamError(id, ErrorCode.protocolError, 'an increment of 0');
    if (stream !== undefined) this.streams.sender.widen(stream, increment);
  }

  private takeReset(id: number, payload: Buffer): void {
    numberIn(payload, 'RST_STREAM');
    const stream = this.streams.known(id, 'RST_STREAM');
    if (stream === undefined) return this.allowances.frame();
    this.streams.abandon(stream);
    // Who has waited for as long as it said is free to go.
    if (performance.now() < stream.expectedUntil) this.allowances.reset();
  }

  private takeSettings(flags: number, id: number, payload: Buffer): void {
    if (id !== 0) throw broken('SETTINGS of a stream');
    this.allowances.frame(SETTINGS_COST);
    if ((flags & Flag.ack) !== 0) {
      if (!this.greeted) throw broken('the first SETTINGS are an ACK');
      if (payload.length > 0) throw new ConnectionError(ErrorCode.frameSizeError, 'an ACK of SETTINGS with content');
      return;
    }
    this.greeted = true;
    this.settings = changedSettings(this.settings, payload);
    // Before any data that they allow: the peer begins to go by them when it sees this (RFC 9113, 6.5.3).
    this.outbox.putWhole(SETTINGS_ACK);
    this.streams.sender.change(this.settings, this.streams.all());
  }

  private takePing(flags: number, id: number, payload: Buffer): void {
    if (id !== 0) throw broken('PING of a stream');
    if (payload.length !== PING_BYTES)
      throw new ConnectionError(ErrorCode.frameSizeError, `PING of ${payload.length} bytes`);
    this.allowances.frame();
    if ((flags & Flag.ack) !== 0) this.pinged();
    else this.ping(payload, Flag.ack);
  }
}

function broken(why: string): ConnectionError {
  return new ConnectionError(ErrorCode.protocolError, why);
}

function numberIn(payload: Buffer, what: string): number {
  if (payload.length !== 4) throw new ConnectionError(ErrorCode.frameSizeError, `${what} of ${payload.length} bytes`);
  return payload.readUInt32BE();
}
