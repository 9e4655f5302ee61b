import type { ConfirmChannel } from 'amqplib';
import type { LedgerStream } from '../ledger-stream';
import type { Sink } from '../writer/sink';
import type { WriterNotice } from '../writer/writer-protocol';
import type { BrokerLink } from './broker-link';
import { Publisher } from './publisher';
import { lettersOf } from './record-message';
import { declareQueues } from './topology';

export interface BrokerSinkOptions {
  readonly stream: LedgerStream;
  readonly link: BrokerLink;
  readonly shards: number;
  readonly tell: (notice: WriterNotice) => void;
}

/** RabbitMQ: records are safe once it has confirmed them. Whoever takes them from there finds what it had before. */
export class BrokerSink implements Sink {
  private channel: ConfirmChannel | undefined;
  private publisher: Publisher | undefined;

  constructor(private readonly options: BrokerSinkOptions) {}

  async put(records: readonly Uint8Array[], arrivedMs: number): Promise<void> {
    const { stream, shards, tell } = this.options;
    const publisher = this.publisher ?? (await this.open());
    await publisher.publish(lettersOf(stream, records, arrivedMs, shards));
    tell({ type: 'published', stream, records: records.length, lagMs: Math.max(0, Date.now() - arrivedMs) });
  }

  reset(): void {
    const broken = this.channel;
    this.channel = undefined;
    this.publisher = undefined;
    // Not awaited: a broker that hangs would hold up the next attempt. One that is closed already says so by throwing.
    void closed(broken);
  }

  async close(): Promise<void> {
    await closed(this.channel);
  }

  private async open(): Promise<Publisher> {
    const { stream, link, shards } = this.options;
    const channel = await link.confirmChannel();
    this.channel = channel;
    await declareQueues(channel, stream, shards);
    return (this.publisher = new Publisher(channel));
  }
}

async function closed(channel: ConfirmChannel | undefined): Promise<void> {
  try {
    await channel?.close();
  } catch {
    // It was closed before.
  }
}
