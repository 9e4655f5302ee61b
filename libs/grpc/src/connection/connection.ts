import type { Socket } from 'node:net';
import { goAwayFrame } from '../frames/frame-header';
import { FrameReader } from '../frames/frame-reader';
import { ConnectionError } from '../frames/http2-error';
import { ErrorCode, LARGEST_WINDOW, PREFACE } from '../frames/protocol';
import { HpackError } from '../hpack/hpack-error';
import type { Limits } from './limits';
import { Outbox } from './outbox';
import { Session, type Accept } from './session';
import type { TurnEnd } from './turn-end';
import type { WriteMemory } from './write-memory';

/** What is on its way to a connection that we ended may arrive for so long; then it is cut. */
const LINGER_MS = 1_000;
const DRAIN_PING = Buffer.from('draining');
const HTTP1_REQUEST = /^[A-Z]{3,7} /;
const HTTP1_ANSWER =
  'HTTP/1.1 505 HTTP Version Not Supported\r\nconnection: close\r\ncontent-type: text/plain\r\n\r\n' +
  'This port speaks gRPC over HTTP/2 without TLS.\n';

/** Why a connection was ended by the server. */
export type EndReason = 'protocol' | 'flood' | 'silent' | 'stalled' | 'idle' | 'fault';

/** What connections of one server share. */
export interface ConnectionHost {
  readonly limits: Limits;
  readonly memory: WriteMemory;
  readonly turnEnd: TurnEnd;
  readonly accept: Accept;
  /** A connection that this side ended, and why. */
  ended(reason: EndReason, error: Error): void;
  closed(connection: Connection): void;
}

/** One caller's connection: HTTP/2 with prior knowledge on a socket (RFC 9113, 3.3). */
export class Connection {
  private readonly outbox: Outbox;
  private readonly session: Session;
  private readonly frames: FrameReader;
  /** Bytes of the preface that have come; undefined once it is complete. */
  private preface: Buffer | undefined = Buffer.alloc(0);
  private reading = false;
  private draining = false;
  /** Since when this side has been ending it, as of performance.now(). */
  private endedAt = Infinity;
  private readonly openedAt = performance.now();
  private busyAt = performance.now();
  /** The newest stream at the last look. */
  private lastSeen = 0;
  /** Since when the peer has read nothing of what waits for it. */
  private stalledAt = Infinity;
  private sentBefore = 0;

  constructor(
    private readonly socket: Socket,
    private readonly host: ConnectionHost,
  ) {
    const { limits, memory, turnEnd } = host;
    this.outbox = new Outbox(socket, memory, () => {
      if (!this.reading) turnEnd.add(this);
    });
    this.frames = new FrameReader(limits.frameBytes);
    this.session = new Session(this.outbox, limits, host.accept, () => this.pinged());
    socket.on('data', (chunk: Buffer) => this.read(chunk));
    socket.on('drain', () => this.drained());
    // What is wrong with it is seen when it closes.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.endedAt = Math.min(this.endedAt, performance.now());
      this.session.streams.abandonAll();
      host.closed(this);
    });
  }

  /** Writes what was gathered. */
  flush(): void {
    this.outbox.flush();
  }

  /** Asks the caller to go elsewhere; ends when all calls are answered (RFC 9113, 6.8). */
  drain(): void {
    if (this.draining || this.endedAt < Infinity) return;
    this.draining = true;
    // The first names no stream, and what is sent until its ping comes back is served.
    this.outbox.putWhole(goAwayFrame(LARGEST_WINDOW, ErrorCode.noError, 'this connection ends'));
    this.session.ping(DRAIN_PING);
    for (const stream of [...this.session.streams.all()]) stream.receiver.draining();
    if (this.preface !== undefined) this.end();
  }

  /** Cuts it at once. */
  destroy(): void {
    this.socket.destroy();
  }

  /** Looks at what only time tells; `now` as of performance.now(). */
  sweep(now: number): void {
    const { limits } = this.host;
    const { streams, block, greeted } = this.session;
    if (this.endedAt < Infinity) {
      if (now - this.endedAt > LINGER_MS) this.destroy();
    } else if (!greeted && now - this.openedAt > limits.headerMs) {
      this.fail(new ConnectionError(ErrorCode.protocolError, 'no preface in time'), 'silent');
    } else if (block.stream !== 0 && now - block.since > limits.headerMs) {
      this.fail(new ConnectionError(ErrorCode.enhanceYourCalm, 'a header block without end'), 'silent');
    } else if (this.stalled(now) > limits.stalledMs) {
      this.fail(new ConnectionError(ErrorCode.enhanceYourCalm, 'nothing of the answers is read'), 'stalled');
      this.destroy();
    } else if (streams.size > 0 || streams.last !== this.lastSeen) {
      this.busyAt = now;
      this.lastSeen = streams.last;
    } else if (this.draining) this.end();
    else if (now - this.busyAt > limits.idleMs) {
      this.host.ended('idle', new Error('no call for long'));
      this.drain();
    }
  }

  private read(chunk: Buffer): void {
    if (this.endedAt < Infinity) return;
    const rest = this.preface === undefined ? chunk : this.greet(this.preface, chunk);
    if (rest.length === 0) return;
    this.frames.feed(rest);
    this.work();
  }

  /** Takes the frames that have come, for as long as a turn may last. */
  private work(): void {
    const { turnEnd } = this.host;
    let more = false;
    this.reading = true;
    try {
      while (this.endedAt === Infinity && this.frames.next()) {
        const { type, flags, stream, payload } = this.frames;
        this.session.frame(type, flags, stream, payload);
        more = turnEnd.over;
        if (more) break;
      }
    } catch (error) {
      this.fail(error as Error);
    }
    this.reading = false;
    this.outbox.flush();
    if (more && this.endedAt === Infinity) {
      this.socket.pause();
      setImmediate(() => this.work());
    } else if (this.outbox.clogged && this.endedAt === Infinity) this.socket.pause();
    else if (this.socket.isPaused()) this.socket.resume();
  }

  /** Takes what comes before the first frame; returns what is left of the chunk. */
  private greet(before: Buffer, chunk: Buffer): Buffer {
    const taken = Math.min(PREFACE.length - before.length, chunk.length);
    const preface = Buffer.concat([before, chunk.subarray(0, taken)]);
    const rest = chunk.subarray(taken);
    if (!preface.equals(PREFACE.subarray(0, preface.length))) {
      if (HTTP1_REQUEST.test(preface.toString('latin1'))) this.socket.write(HTTP1_ANSWER);
      else this.outbox.putWhole(goAwayFrame(0, ErrorCode.protocolError, 'this is not HTTP/2'));
      this.host.ended('protocol', new Error('not HTTP/2'));
      this.end();
      return rest.subarray(rest.length);
    }
    this.preface = preface.length === PREFACE.length ? undefined : preface;
    if (this.preface === undefined) this.session.greet();
    return rest;
  }

  private drained(): void {
    this.reading = true;
    this.session.streams.sender.pump();
    this.reading = false;
    this.outbox.flush();
    if (this.endedAt === Infinity && this.socket.isPaused() && !this.outbox.clogged) this.work();
  }

  /** The peer has seen that the server drains: later streams were opened in spite of it. */
  private pinged(): void {
    const { streams } = this.session;
    if (!this.draining || streams.servedUntil < Infinity) return;
    streams.servedUntil = streams.last;
    this.outbox.putWhole(goAwayFrame(streams.last, ErrorCode.noError, 'this connection ends'));
    if (streams.size === 0) this.end();
  }

  private fail(error: Error, reason?: EndReason): void {
    if (this.endedAt < Infinity) return;
    const code = codeOf(error);
    const flood = code === ErrorCode.enhanceYourCalm ? 'flood' : 'protocol';
    this.host.ended(reason ?? (code === ErrorCode.internalError ? 'fault' : flood), error);
    const { last, servedUntil } = this.session.streams;
    const why = code === ErrorCode.internalError ? 'an error of the server' : error.message;
    this.outbox.putWhole(goAwayFrame(Math.min(last, servedUntil), code, why));
    this.end();
  }

  /** Sends what was gathered and the end; what still comes is not looked at. */
  private end(): void {
    this.endedAt = performance.now();
    this.outbox.finish();
    this.session.streams.abandonAll();
    this.socket.end();
    this.socket.resume();
  }

  /** Milliseconds in which data has waited and nothing of it was taken. */
  private stalled(now: number): number {
    const { sender } = this.session.streams;
    if ((sender.waiting === 0 && !this.outbox.clogged) || sender.sent !== this.sentBefore) this.stalledAt = Infinity;
    else this.stalledAt = Math.min(this.stalledAt, now);
    this.sentBefore = sender.sent;
    return this.stalledAt === Infinity ? 0 : now - this.stalledAt;
  }
}

function codeOf(error: Error): ErrorCode {
  if (error instanceof ConnectionError) return error.code;
  return error instanceof HpackError ? ErrorCode.compressionError : ErrorCode.internalError;
}
