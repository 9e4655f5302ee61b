import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { DuplexCall, DuplexReceiver } from '../call/duplex-call';
import { writeFrameHeader } from '../frames/frame-header';
import { FrameReader } from '../frames/frame-reader';
import { Flag, FrameType, PREFACE } from '../frames/protocol';
import { settingsFrame } from '../frames/settings';
import type { HeaderField } from '../hpack/decoded-headers';
import { HeaderDecoder } from '../hpack/header-decoder';
import { encodeHeaders } from '../hpack/header-encoder';
import type { RpcServer } from './rpc-server';
import { prefixed } from './served.fixture';

const NOTHING = Buffer.alloc(0);
/** Collections of garbage before a figure of memory is believed. */
const LEAST_LOOKS = 4;
const MOST_LOOKS = 100;

/** A frame that a server sent. */
export interface SentFrame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

/** Any frame, right or wrong. */
export function frame(type: number, flags: number, stream: number, payload: Uint8Array = NOTHING): Buffer {
  const bytes = Buffer.alloc(9 + payload.length);
  bytes.set(payload, writeFrameHeader(bytes, 0, payload.length, type, flags, stream));
  return bytes;
}

/** Four bytes, most significant first. */
export function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** The header block of a call, with what differs from an ordinary one; undefined leaves a header out. */
export function callBlock(path = '/t.T/Echo', changes: Readonly<Record<string, string | undefined>> = {}): Buffer {
  const ordinary = { ':method': 'POST', ':scheme': 'http', ':path': path, ':authority': 'localhost' };
  const fields = { ...ordinary, 'content-type': 'application/grpc', te: 'trailers', ...changes };
  return encodeHeaders(Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined));
}

/** A call's HEADERS frame. */
export function opening(stream: number, ...block: Parameters<typeof callBlock>): Buffer {
  return frame(FrameType.headers, Flag.endHeaders, stream, callBlock(...block));
}

/** A whole call. */
export function wholeCall(stream: number, path?: string, message: Buffer = Buffer.from('hello')): Buffer {
  return Buffer.concat([opening(stream, path), frame(FrameType.data, Flag.endStream, stream, prefixed(message))]);
}

/** Offers /t.T/Hold, a stream whose handler takes nothing. */
export function holding(server: RpcServer): void {
  const nothing = (): void => undefined;
  const receiver = { message: nothing, ended: nothing, drained: nothing, cancelled: nothing, draining: nothing };
  const hold = (call: DuplexCall): DuplexReceiver => (call.pause(), receiver);
  server.duplex('/t.T/Hold', hold, { maxBytes: 4 << 20 });
}

/** `count` times what `make` gives, for stream ids that rise. */
export function many(count: number, make: (id: number) => Buffer): Buffer {
  return Buffer.concat(Array.from({ length: count }, (_, at) => make(2 * at + 1)));
}

/**
 * Bytes that this process holds, once what is free has been collected. That takes a while, so when they are more than
 * `enough` they are looked at again and again before that is believed.
 */
export function heldBytes(enough?: number): Promise<number> {
  return leastBytes(({ heapUsed, external }) => heapUsed + external, enough);
}

/** The same of buffers alone: what else this process has on its heap comes and goes with other suites. */
export function heldBufferBytes(enough?: number): Promise<number> {
  return leastBytes(({ arrayBuffers }) => arrayBuffers, enough);
}

async function leastBytes(held: (usage: NodeJS.MemoryUsage) => number, enough = Infinity): Promise<number> {
  let least = Infinity;
  for (let look = 0; look < LEAST_LOOKS || (least > enough && look < MOST_LOOKS); look++) {
    await new Promise(setImmediate);
    globalThis.gc?.();
    least = Math.min(least, held(process.memoryUsage()));
  }
  return least;
}

/** A client on a bare socket that does what it is told, however wrong, and keeps what comes back. */
export class BarePeer {
  readonly received: SentFrame[] = [];
  closed = false;
  /** Whether it acknowledges the settings of the server. */
  polite = true;
  private readonly frames = new FrameReader(1 << 24);
  private readonly decoder = new HeaderDecoder({ maxTableBytes: 4096, maxListBytes: 1 << 20 });

  private constructor(readonly socket: Socket) {
    socket.on('error', () => undefined);
    socket.on('close', () => (this.closed = true));
    socket.on('data', (bytes: Buffer) => this.take(bytes));
  }

  /** Connects and says nothing. */
  static async silent(port: number): Promise<BarePeer> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    return new BarePeer(socket);
  }

  /** Connects and begins as RFC 9113, 3.4 has it, with these settings. */
  static async greeted(port: number, settings: readonly (readonly [number, number])[] = []): Promise<BarePeer> {
    const peer = await BarePeer.silent(port);
    peer.send(PREFACE, settingsFrame(settings), settingsFrame([], Flag.ack));
    return peer;
  }

  send(...parts: readonly (Uint8Array | string)[]): void {
    this.socket.write(Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part))));
  }

  /** The first frame that is asked for; rejects when the connection ends without one. */
  async frame(wanted: (frame: SentFrame) => boolean): Promise<SentFrame> {
    for (;;) {
      const found = this.received.find(wanted);
      if (found !== undefined) return found;
      if (this.closed) throw new Error(`closed after ${JSON.stringify(this.received.map(({ type }) => type))}`);
      await new Promise(setImmediate);
    }
  }

  /** The code of GOAWAY, once the connection is closed behind it. */
  async goAway(): Promise<number> {
    const { payload } = await this.frame(({ type }) => type === FrameType.goAway);
    while (!this.closed) await new Promise(setImmediate);
    return payload.readUInt32BE(4);
  }

  /** The code with which a stream was reset. */
  async reset(stream: number): Promise<number> {
    return (
      await this.frame((one) => one.type === FrameType.resetStream && one.stream === stream)
    ).payload.readUInt32BE();
  }

  /** The gRPC status of a call. */
  async status(stream: number): Promise<number> {
    return Number((await this.trailers(stream)).find(([name]) => name === 'grpc-status')?.[1] ?? NaN);
  }

  /** Bytes of data that have come on a stream. */
  bytes(stream: number): number {
    const data = this.received.filter((one) => one.type === FrameType.data && one.stream === stream);
    return data.reduce((sum, { payload }) => sum + payload.length, 0);
  }

  /** Resolves when all that was sent until now has been seen by the server. */
  async seen(mark = Math.random()): Promise<void> {
    const payload = Buffer.alloc(8);
    payload.writeDoubleBE(mark);
    this.send(frame(FrameType.ping, 0, 0, payload));
    await this.frame((one) => one.type === FrameType.ping && one.flags === Flag.ack && one.payload.equals(payload));
  }

  destroy(): void {
    this.socket.destroy();
  }

  private async trailers(stream: number): Promise<readonly HeaderField[]> {
    const ended = (one: SentFrame): boolean => one.stream === stream && (one.flags & Flag.endStream) !== 0;
    const last = await this.frame((one) => one.type === FrameType.headers && ended(one));
    return this.decoder.decode(last.payload, 'trailers').fields;
  }

  private take(bytes: Buffer): void {
    this.frames.feed(bytes);
    while (this.frames.next()) {
      const { type, flags, stream, payload } = this.frames;
      this.received.push({ type, flags, stream, payload: Buffer.from(payload) });
      if (this.polite && type === FrameType.settings && flags === 0) this.send(settingsFrame([], Flag.ack));
    }
  }
}

/** A caller who does nothing wrong: to be served whatever others do. */
export class Witness {
  private asked = -1;

  private constructor(private readonly peer: BarePeer) {}

  static async of(port: number): Promise<Witness> {
    return new Witness(await BarePeer.greeted(port));
  }

  /** The gRPC status of another call on its connection. */
  status(): Promise<number> {
    this.asked += 2;
    this.peer.send(wholeCall(this.asked));
    return this.peer.status(this.asked);
  }

  destroy(): void {
    this.peer.destroy();
  }
}
