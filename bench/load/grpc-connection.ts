import { connect, type Socket } from 'node:net';
import { callHeaders, grpcStatus, type GrpcTarget } from './grpc-headers';
import {
  ACK,
  eachFrame,
  END_HEADERS,
  END_STREAM,
  FIRST_WINDOW,
  frame,
  frameHeader,
  FrameType,
  opening,
  streamWindow,
  windowUpdate,
} from './http2-frames';

const GRPC_PREFIX = 5;
const MAX_FRAME = 16_384;
/** Bytes received after which the server is told that it may send as many more. */
const RETURNED_BYTES = 2 ** 26;
const READ_BYTES = 2 ** 18;
const CANCEL = Buffer.from([0, 0, 0, 8]);
const DEADLINE_EXCEEDED = 4;
const UNAVAILABLE = 14;

/** The answer to a unary call, or its gRPC status; -1 and below are HTTP/2 error codes of streams that were reset. */
export type Answer = { readonly bytes: Buffer } | { readonly code: number };

/** A stream of HTTP/2 on its way. */
interface Exchange {
  /** A message of the answer. */
  message(bytes: Buffer): void;
  /** The end, with the gRPC status. */
  ended(code: number): void;
  /** The beginning of a message whose end has not come yet. */
  rest: Buffer;
  /** Bytes that the server takes on this stream. */
  window: number;
}

/**
 * gRPC on a socket and nothing else: with a client library, or node:http2, a call costs the caller a good part of what
 * it costs a fast server, and then the load is what is measured. One connection without TLS.
 */
export class GrpcConnection {
  /** Whether the server has closed it; calls that were under way ended with UNAVAILABLE. */
  closed = false;
  private readonly socket: Socket;
  private readonly exchanges = new Map<number, Exchange>();
  private readonly headers = new Map<string, Buffer>();
  private rest: Buffer = Buffer.alloc(0);
  private nextStream = 1;
  private window = FIRST_WINDOW;
  private received = 0;
  private streamWindow = FIRST_WINDOW;
  /** Frames that wait for the server's windows; `cost` is what they take of them. */
  private readonly blocked: {
    readonly parts: readonly Uint8Array[];
    readonly stream: number;
    readonly cost: number;
  }[] = [];
  private corked = false;

  constructor(private readonly target: GrpcTarget) {
    const [host = '', port = ''] = target.address.split(':');
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    // Into one buffer for good; what is kept of it is copied.
    const callback = (length: number): boolean => {
      this.read(Buffer.from(buffer.subarray(0, length)));
      return true;
    };
    this.socket = connect({ host, port: Number(port), noDelay: true, onread: { buffer, callback } });
    this.socket.write(opening());
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => {
      this.closed = true;
      for (const id of [...this.exchanges.keys()]) this.end(id, UNAVAILABLE);
    });
  }

  /** `timeoutMs` goes along as the deadline, and a call without an answer is cancelled then, as client libraries do. */
  unary(path: string, message: readonly Uint8Array[], timeoutMs?: number): Promise<Answer> {
    return new Promise((resolve) => {
      let answer: Buffer | undefined;
      const ended = (code: number): void => {
        clearTimeout(overdue);
        resolve(code === 0 && answer !== undefined ? { bytes: answer } : { code });
      };
      const id = this.open(path, timeoutMs, (bytes) => (answer = bytes), ended);
      this.send(id, message, END_STREAM);
      const cancel = (): void => {
        this.write([frame(FrameType.resetStream, 0, id, CANCEL)]);
        this.end(id, DEADLINE_EXCEEDED);
      };
      const overdue = timeoutMs === undefined ? undefined : setTimeout(cancel, timeoutMs);
    });
  }

  /** A stream of messages each way that shall not end; `onMessage` gets each answer. */
  stream(path: string, onMessage: (bytes: Buffer) => void): { send(message: readonly Uint8Array[]): void } {
    const id = this.open(path, undefined, onMessage, (code) => {
      throw new Error(`${path} ended with status ${code}`);
    });
    return { send: (message) => this.send(id, message, 0) };
  }

  private open(
    path: string,
    timeoutMs: number | undefined,
    message: Exchange['message'],
    ended: Exchange['ended'],
  ): number {
    const id = this.nextStream;
    this.nextStream += 2;
    this.exchanges.set(id, { message, ended, rest: Buffer.alloc(0), window: this.streamWindow });
    const key = `${path} ${timeoutMs}`;
    let block = this.headers.get(key);
    if (block === undefined) this.headers.set(key, (block = callHeaders(this.target, path, timeoutMs)));
    this.write([frame(FrameType.headers, END_HEADERS, id, block)], id);
    return id;
  }

  private send(id: number, message: readonly Uint8Array[], flags: number): void {
    const length = message.reduce((sum, part) => sum + part.length, 0);
    const cost = GRPC_PREFIX + length;
    if (cost > MAX_FRAME) throw new RangeError(`a message of at most ${MAX_FRAME - GRPC_PREFIX} bytes`);
    const prefix = Buffer.alloc(GRPC_PREFIX);
    prefix.writeUInt32BE(length, 1);
    this.write([frameHeader(FrameType.data, flags, id, cost), prefix, ...message], id, cost);
  }

  /** Frames keep their order; those of one turn of the event loop go out together. */
  private write(parts: readonly Uint8Array[], stream = 0, cost = 0): void {
    if (this.blocked.length > 0 || !this.fits(stream, cost)) this.blocked.push({ parts, stream, cost });
    else this.put(parts);
  }

  private put(parts: readonly Uint8Array[]): void {
    if (!this.corked) {
      this.corked = true;
      this.socket.cork();
      process.nextTick(() => {
        this.corked = false;
        this.socket.uncork();
      });
    }
    for (const part of parts) this.socket.write(part);
  }

  /** Takes `cost` from the server's windows, where they are wide enough. What was cancelled costs nothing any more. */
  private fits(stream: number, cost: number): boolean {
    const exchange = this.exchanges.get(stream);
    if (cost > Math.min(this.window, exchange?.window ?? Infinity)) return false;
    this.window -= cost;
    if (exchange !== undefined) exchange.window -= cost;
    return true;
  }

  private read(bytes: Buffer): void {
    const whole = this.rest.length === 0 ? bytes : Buffer.concat([this.rest, bytes]);
    this.rest = eachFrame(whole, (type, flags, stream, payload) => this.take(type, flags, stream, payload));
  }

  private take(type: number, flags: number, stream: number, payload: Buffer): void {
    if (type === FrameType.data) this.takeData(stream, payload);
    else if (type === FrameType.headers) {
      if ((flags & END_STREAM) !== 0) this.end(stream, grpcStatus(payload));
    } else if (type === FrameType.resetStream) this.end(stream, -1 - payload.readUInt32BE());
    else if (type === FrameType.windowUpdate) this.widen(stream, payload.readUInt32BE());
    else if (type === FrameType.settings && (flags & ACK) === 0) {
      this.streamWindow = streamWindow(payload) ?? FIRST_WINDOW;
      this.write([frame(FrameType.settings, ACK, 0)]);
    } else if (type === FrameType.ping && (flags & ACK) === 0) this.write([frame(FrameType.ping, ACK, 0, payload)]);
  }

  private takeData(stream: number, payload: Buffer): void {
    this.received += payload.length;
    if (this.received >= RETURNED_BYTES) {
      this.write([windowUpdate(this.received)]);
      this.received = 0;
    }
    const exchange = this.exchanges.get(stream);
    if (exchange === undefined) return;
    let bytes = exchange.rest.length === 0 ? payload : Buffer.concat([exchange.rest, payload]);
    while (bytes.length >= GRPC_PREFIX) {
      const end = GRPC_PREFIX + bytes.readUInt32BE(1);
      if (bytes.length < end) break;
      exchange.message(bytes.subarray(GRPC_PREFIX, end));
      bytes = bytes.subarray(end);
    }
    exchange.rest = bytes;
  }

  private widen(stream: number, bytes: number): void {
    const exchange = this.exchanges.get(stream);
    if (stream === 0) this.window += bytes;
    else if (exchange !== undefined) exchange.window += bytes;
    for (let next = this.blocked[0]; next !== undefined && this.fits(next.stream, next.cost); next = this.blocked[0]) {
      this.blocked.shift();
      this.put(next.parts);
    }
  }

  private end(stream: number, code: number): void {
    const exchange = this.exchanges.get(stream);
    this.exchanges.delete(stream);
    exchange?.ended(code);
  }
}
