import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { Budget } from '../call/budget';
import type { CallHost } from '../call/call';
import { Deadlines } from '../call/deadlines';
import type { DuplexHandler } from '../call/duplex-call';
import { Inflater } from '../call/inflater';
import { CallError, Code, type CallStatus } from '../call/status';
import type { UnaryHandler } from '../call/unary-call';
import { Connection, type ConnectionHost, type EndReason } from '../connection/connection';
import { LIMITS, type Limits } from '../connection/limits';
import { TurnEnd } from '../connection/turn-end';
import { WriteMemory } from '../connection/write-memory';
import { Dispatcher } from './dispatcher';
import { Method, type MethodOptions } from './method';

const MAX_CONNECTIONS = 10_000;
/** Bytes of messages that are not whole yet, of all callers. */
const UNFINISHED_BYTES = 1 << 28;
const KEEP_ALIVE_MS = 60_000;
const SWEEP_MS = 1_000;
/** While it drains, a server looks this often whether a connection has no calls left. */
const DRAIN_SWEEP_MS = 20;

/** How a server answers and what it takes. */
export interface RpcServerOptions {
  /** What a caller is told of what a handler throws, or of a CallError of the library; UNKNOWN without it. */
  readonly toStatus?: (error: unknown) => CallStatus;
  /** Told of faults of this library's own. */
  readonly onFault?: (error: Error) => void;
  readonly limits?: Partial<Limits>;
  readonly maxConnections?: number;
}

/** What a server counts, since its start but for `open`. */
export interface RpcServerCounts {
  /** Connections that are open. */
  readonly open: number;
  /** Connections that the server ended, by why; `full` are those over the limit. */
  readonly ended: Readonly<Record<EndReason | 'full', number>>;
  /** Calls by method and gRPC status code. */
  readonly calls: readonly { readonly method: string; readonly code: number; readonly count: number }[];
}

/** Serves gRPC over HTTP/2 with prior knowledge and without TLS, which a proxy in front of it may end. */
export class RpcServer {
  private readonly server: Server;
  private readonly connections = new Set<Connection>();
  private readonly dispatcher: Dispatcher;
  private readonly deadlines = new Deadlines();
  private readonly ended = { protocol: 0, flood: 0, silent: 0, stalled: 0, idle: 0, fault: 0, full: 0 };
  private sweeper: NodeJS.Timeout | undefined;
  private draining = false;

  constructor({ toStatus = unknownStatus, onFault, limits = {}, maxConnections = MAX_CONNECTIONS }: RpcServerOptions) {
    const calls: CallHost = {
      deadlines: this.deadlines,
      budget: new Budget(UNFINISHED_BYTES),
      inflater: new Inflater(),
      toStatus,
    };
    this.dispatcher = new Dispatcher(calls);
    const host: ConnectionHost = {
      limits: { ...LIMITS, ...limits },
      memory: new WriteMemory(),
      turnEnd: new TurnEnd(),
      accept: this.dispatcher.accept,
      ended: (reason, error) => {
        this.ended[reason]++;
        if (reason === 'fault') onFault?.(error);
      },
      closed: (connection) => void this.connections.delete(connection),
    };
    this.server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS }, (socket) => {
      const connection = new Connection(socket, host);
      this.connections.add(connection);
      if (this.draining) connection.drain();
    });
    this.server.maxConnections = maxConnections;
    this.server.on('drop', () => this.ended.full++);
    // Connections that cannot be accepted, for want of descriptors as a rule: the others go on.
    this.server.on('error', (error) => this.server.listening && onFault?.(error));
  }

  /** Offers a method with one message each way at `/package.Service/Method`. Throws when it is offered already. */
  unary(path: string, handle: UnaryHandler, options: MethodOptions): void {
    this.dispatcher.add(new Method(path, { unary: handle }, options));
  }

  /** Offers a method with a stream of messages each way. Throws when it is offered already. */
  duplex(path: string, handle: DuplexHandler, options: MethodOptions): void {
    this.dispatcher.add(new Method(path, { duplex: handle }, options));
  }

  /** Takes calls from now on; resolves with the port, rejects with EADDRINUSE when it is taken. */
  async listen(port: number, host: string): Promise<number> {
    this.server.listen({ port, host });
    await once(this.server, 'listening');
    this.sweepEvery(SWEEP_MS);
    const address = this.server.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  }

  /** Takes no more connections, lets running calls end for at most `ms` milliseconds, then cuts the rest. */
  async drain(ms: number): Promise<void> {
    if (!this.server.listening) return;
    this.draining = true;
    const closed = once(this.server, 'close');
    this.server.close();
    for (const connection of this.connections) connection.drain();
    this.sweepEvery(DRAIN_SWEEP_MS);
    const cut = setTimeout(() => this.connections.forEach((connection) => connection.destroy()), ms);
    await closed;
    clearTimeout(cut);
    clearInterval(this.sweeper);
    this.deadlines.close();
  }

  get counts(): RpcServerCounts {
    const calls = this.dispatcher
      .all()
      .flatMap(({ path, codes }) => [...codes].map(([code, count]) => ({ method: path, code, count })));
    return { open: this.connections.size, ended: { ...this.ended }, calls };
  }

  private sweepEvery(ms: number): void {
    clearInterval(this.sweeper);
    this.sweeper = setInterval(() => {
      const now = performance.now();
      for (const connection of this.connections) connection.sweep(now);
    }, ms).unref();
  }
}

function unknownStatus(error: unknown): CallStatus {
  if (error instanceof CallError) return error;
  return { code: Code.unknown, message: error instanceof Error ? error.message : String(error) };
}
