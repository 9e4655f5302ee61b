import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { testServers } from './test-servers';

/** Where in a call the way to Unleash breaks: Unleash has not heard of it, or has done it and nobody is told. */
export type Break = 'before' | 'after';

interface Trap {
  readonly call: number;
  readonly where: Break;
  readonly sprung: () => void;
}

/** A way to Unleash that breaks at the n-th change that is asked for, and stays broken until it is mended. */
export class UnleashGate {
  /** Changes that were asked for, as "POST .../on". */
  readonly changes: string[] = [];
  private broken = false;
  private counted = 0;
  private trap: Trap | undefined;

  private constructor(private readonly server: Server) {
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.pass(request, response).catch(() => request.socket.destroy());
    });
  }

  static async open(): Promise<UnleashGate> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new UnleashGate(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Breaks at the n-th change from now, counted from 1; resolves when it has. */
  breakAt(call: number, where: Break): Promise<void> {
    this.counted = 0;
    return new Promise((sprung) => (this.trap = { call, where, sprung }));
  }

  cut(): void {
    this.broken = true;
  }

  mend(): void {
    this.broken = false;
    this.trap = undefined;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = '', url = '' } = request;
    if (this.broken) return this.reset(request);
    const trap = method !== 'GET' && ++this.counted === this.trap?.call ? this.trap : undefined;
    if (trap?.where === 'before') return this.spring(trap, request);
    if (method !== 'GET') this.changes.push(`${method} ${url.replace(/^.*\/features/, '')}`);
    const answer = await fetch(testServers().unleashUrl + url, {
      method,
      headers: { authorization: request.headers.authorization ?? '', 'content-type': 'application/json' },
      ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) }),
    });
    const body = Buffer.from(await answer.arrayBuffer());
    if (trap !== undefined) return this.spring(trap, request);
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' }).end(body);
  }

  private spring({ sprung }: Trap, request: IncomingMessage): void {
    this.broken = true;
    this.reset(request);
    sprung();
  }

  private reset(request: IncomingMessage): void {
    request.socket.resetAndDestroy();
  }
}
