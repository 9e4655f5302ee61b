import { connect, type ClientHttp2Session, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http2';
import { once } from 'node:events';
import { Client, credentials } from '@grpc/grpc-js';
import type { DuplexCall } from '../call/duplex-call';
import { CallError } from '../call/status';
import type { UnaryCall } from '../call/unary-call';
import { RpcServer, type RpcServerOptions } from './rpc-server';

const MAX_BYTES = 4 << 20;
const NOTHING: Buffer = Buffer.alloc(0);

/** A server with methods that say back what they got, and its callers. */
export class Served {
  private readonly clients: Client[] = [];
  private readonly sessions: ClientHttp2Session[] = [];
  /** The newest call of /t.T/Wait, and what ends it. */
  waiting: { call: UnaryCall; answer(bytes: Uint8Array): void } | undefined;
  /** The newest stream of /t.T/Talk or /t.T/Watch, which does not end by itself, and what happened to it. */
  talking: { call: DuplexCall; seen: string[] } | undefined;

  private constructor(
    readonly server: RpcServer,
    readonly port: number,
  ) {}

  static async start(options: RpcServerOptions = {}): Promise<Served> {
    const server = new RpcServer(options);
    const served = new Served(server, await server.listen(0, '127.0.0.1'));
    server.unary('/t.T/Echo', ({ bytes }) => Promise.resolve(bytes), { maxBytes: MAX_BYTES });
    server.unary('/t.T/Size', ({ bytes }) => Promise.resolve(Buffer.alloc(bytes.readUInt32BE(), 7)), {
      maxBytes: MAX_BYTES,
    });
    server.unary('/t.T/Header', (call) => Promise.resolve(said(call)), { maxBytes: MAX_BYTES });
    server.unary('/t.T/Throw', ({ bytes }) => thrown(bytes.toString()), { maxBytes: MAX_BYTES });
    server.unary('/t.T/Wait', (call) => new Promise((resolve) => (served.waiting = { call, answer: resolve })), {
      maxBytes: MAX_BYTES,
    });
    server.unary('/t.T/Guarded', ({ bytes }) => Promise.resolve(bytes), {
      maxBytes: MAX_BYTES,
      admit: (call) => {
        if (call.header('authorization') !== 'Bearer k') throw new CallError(16, 'who are you?');
      },
    });
    server.duplex('/t.T/Talk', (call) => served.talk(call, () => call.end()), { maxBytes: MAX_BYTES });
    server.duplex('/t.T/Watch', (call) => served.talk(call, () => undefined), { maxBytes: MAX_BYTES });
    return served;
  }

  /** A new client of grpc-js. */
  client(options: Record<string, string | number> = {}): Client {
    const client = new Client(`127.0.0.1:${this.port}`, credentials.createInsecure(), {
      'grpc.use_local_subchannel_pool': 1,
      'grpc.max_receive_message_length': 2 * MAX_BYTES,
      ...options,
    });
    this.clients.push(client);
    return client;
  }

  /** A new connection of node:http2. */
  session(settings: Parameters<typeof connect>[1] = {}): ClientHttp2Session {
    const session = connect(`http://127.0.0.1:${this.port}`, settings);
    session.on('error', () => undefined);
    this.sessions.push(session);
    return session;
  }

  async stop(): Promise<void> {
    for (const client of this.clients) client.close();
    for (const session of this.sessions) session.destroy();
    await this.server.drain(0);
  }

  private talk(call: DuplexCall, ended: () => void): ReturnType<Parameters<RpcServer['duplex']>[1]> {
    const seen: string[] = [];
    this.talking = { call, seen };
    return {
      message: (bytes) => void call.write(bytes),
      ended,
      drained: () => void seen.push('drained'),
      cancelled: () => void seen.push('cancelled'),
      draining: () => void seen.push('draining'),
    };
  }
}

/** How a call over node:http2 went. */
export interface Http2Answer {
  readonly headers: IncomingHttpHeaders;
  readonly trailers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** HTTP/2 error code with which the stream was reset; 0 for none. */
  readonly rstCode: number;
}

/** A gRPC request over node:http2 with `body` as it is. */
export async function http2Call(
  session: ClientHttp2Session,
  path: string,
  body: Buffer,
  headers: OutgoingHttpHeaders = {},
): Promise<Http2Answer> {
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
    ...headers,
  });
  let answered: IncomingHttpHeaders = {};
  let trailers: IncomingHttpHeaders = {};
  const parts: Buffer[] = [];
  stream.on('response', (got) => (answered = got));
  stream.on('trailers', (got: IncomingHttpHeaders) => (trailers = got));
  stream.on('data', (part: Buffer) => parts.push(part));
  stream.on('error', () => undefined);
  // Node ends a GET by itself.
  if (!stream.writableEnded) stream.end(body);
  await once(stream, 'close');
  return { headers: answered, trailers, body: Buffer.concat(parts), rstCode: stream.rstCode ?? 0 };
}

/** A message with its prefix. */
export function prefixed(message: Uint8Array, compressed = false): Buffer {
  const prefix = Buffer.alloc(5);
  prefix[0] = compressed ? 1 : 0;
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

function said(call: UnaryCall): Buffer {
  const name = call.bytes.toString();
  return name.endsWith('-bin') ? (call.binary(name) ?? NOTHING) : Buffer.from(call.header(name) ?? '(none)');
}

function thrown(how: string): Promise<Uint8Array> {
  if (how === 'at once') throw new Error('thrown at once');
  if (how === 'status') throw new CallError(9, 'größer als 100 %\n', [['t-field', 'a']]);
  return Promise.reject(new Error('rejected'));
}
