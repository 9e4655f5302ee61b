import { connect, type Channel, type ChannelModel, type ConfirmChannel } from 'amqplib';

/** A node that says nothing for twice this long is gone, seconds. */
const HEARTBEAT_S = 5;
const CONNECT_TIMEOUT_MS = 3000;

/**
 * The one connection of a thread to the cluster, made when somebody needs it. When it cannot be made, or breaks, the
 * next attempt goes to the next node.
 */
export class BrokerLink {
  private connection: Promise<ChannelModel> | undefined;
  /** The node that is tried next; where one begins is left to chance, so that nodes have equal shares. */
  private next: number;

  constructor(
    private readonly urls: readonly string[],
    private readonly name: string,
  ) {
    this.next = Math.floor(Math.random() * urls.length);
  }

  /** A channel of its own for the caller, who hears of its end by `close`. Rejects while no node is to be had. */
  async channel(): Promise<Channel> {
    return heard(await (await this.connected()).createChannel());
  }

  /** The same, where what is published is confirmed. */
  async confirmChannel(): Promise<ConfirmChannel> {
    return heard(await (await this.connected()).createConfirmChannel());
  }

  async close(): Promise<void> {
    const connection = await this.connection?.catch(() => undefined);
    await connection?.close().catch(() => undefined);
  }

  private connected(): Promise<ChannelModel> {
    this.connection ??= this.open().catch((error: unknown) => {
      this.connection = undefined;
      throw error;
    });
    return this.connection;
  }

  private async open(): Promise<ChannelModel> {
    const url = new URL(this.urls[this.next++ % this.urls.length]);
    if (!url.searchParams.has('heartbeat')) url.searchParams.set('heartbeat', String(HEARTBEAT_S));
    try {
      const connection = await connect(url.href, {
        ...{ timeout: CONNECT_TIMEOUT_MS, noDelay: true, keepAlive: true },
        clientProperties: { connection_name: this.name },
      });
      // Unheard, an error would end the thread; `close` follows it.
      connection.on('error', () => undefined);
      connection.on('close', () => (this.connection = undefined));
      return connection;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`RabbitMQ at ${url.host}: ${reason}`, { cause: error });
    }
  }
}

/** Unheard, an error of a channel would end the thread; `close` follows it. */
function heard<Of extends Channel>(channel: Of): Of {
  channel.on('error', () => undefined);
  return channel;
}
