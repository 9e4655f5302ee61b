import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A TCP way to each node of a cluster, on which what a client says can be held back: acknowledgements, above all. */
export class BrokerGate {
  private readonly clients = new Set<Socket>();
  private held = false;

  private constructor(
    private readonly servers: readonly Server[],
    /** The nodes by way of this gate, as AMQP_URL takes them. */
    readonly urls: readonly string[],
  ) {}

  static async before(nodes: readonly string[]): Promise<BrokerGate> {
    const servers = nodes.map(() => createServer());
    const urls = await Promise.all(
      servers.map(async (server, at) => {
        await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
        const url = new URL(nodes[at]);
        url.port = String((server.address() as AddressInfo).port);
        return url.href;
      }),
    );
    const gate = new BrokerGate(servers, urls);
    servers.forEach((server, at) => server.on('connection', (client) => gate.join(client, new URL(nodes[at]))));
    return gate;
  }

  /** From now on nothing that clients say arrives; they hear what they are told. */
  hold(): void {
    this.held = true;
    for (const client of this.clients) client.pause();
  }

  /** Ends the connections that were held, without what was said on them, and lets new ones through. */
  release(): void {
    this.held = false;
    for (const client of this.clients) client.destroy();
  }

  async close(): Promise<void> {
    this.release();
    await Promise.all(this.servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }

  private join(client: Socket, node: URL): void {
    const broker = connect(Number(node.port), node.hostname);
    this.clients.add(client);
    client.on('data', (said) => broker.write(said));
    broker.on('data', (said) => client.write(said));
    const end = (): void => {
      this.clients.delete(client);
      client.destroy();
      broker.destroy();
    };
    for (const socket of [client, broker]) socket.on('error', end).on('close', end);
    if (this.held) client.pause();
  }
}
