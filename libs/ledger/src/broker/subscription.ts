import type { ConfirmChannel, ConsumeMessage } from 'amqplib';
import type { LedgerStream } from '../ledger-stream';
import type { BrokerLink } from './broker-link';
import { arrivedMsOf, recordsIn } from './record-message';
import { declareQueues, queuesOf, writersOf } from './topology';

/** A message that was delivered and not acknowledged. */
export interface Delivery {
  readonly message: ConsumeMessage;
  /** Unix milliseconds. */
  readonly arrivedMs: number;
  /** What it holds, or why it cannot be read. */
  readonly content: { readonly records: readonly Uint8Array[] } | { readonly unreadable: string };
}

/** Messages of a queue that wait here at most. With up to 256 KiB each when read, a stream of 4 shards takes 16 MiB. */
const PREFETCH = 16;

/**
 * What RabbitMQ delivers of the queues of a stream, on one channel, in the order of delivery. Of several subscribers to
 * a queue one has it at a time, and another takes over when that one is gone.
 */
export class Subscription {
  /** Delivered and not acknowledged, the oldest first. Nothing of it can be acknowledged once this is closed. */
  readonly held: Delivery[] = [];
  private isClosed = false;
  /** Consumers by queue, and whether they were given anything: of a queue that is another's nothing comes. */
  private readonly consumers = new Map<string, { readonly tag: string; active: boolean }>();
  private woken = Promise.withResolvers<void>();

  private constructor(
    private readonly stream: LedgerStream,
    readonly channel: ConfirmChannel,
  ) {
    channel.on('close', () => {
      this.isClosed = true;
      this.wake();
    });
  }

  /** Rejects while no node is to be had, or one of the queues is not. */
  static async open(stream: LedgerStream, link: BrokerLink, shards: number): Promise<Subscription> {
    const channel = await link.confirmChannel();
    const subscription = new Subscription(stream, channel);
    try {
      await declareQueues(channel, stream, shards);
      await channel.prefetch(PREFETCH);
      await channel.consume(writersOf(stream), (message) => subscription.delivered(message));
      for (const queue of queuesOf(stream, shards)) await subscription.consume(queue);
    } catch (error) {
      await subscription.close();
      throw error;
    }
    return subscription;
  }

  /** Whether the channel has ended: what was held is delivered again, here or elsewhere. */
  get closed(): boolean {
    return this.isClosed;
  }

  /** Resolves when something is held, the subscription has ended, or it is to end and was woken for that. */
  async wait(ending: AbortSignal): Promise<void> {
    while (this.held.length === 0 && !this.isClosed && !ending.aborted) {
      this.woken = Promise.withResolvers();
      await this.woken.promise;
    }
  }

  /** Has whoever waits look again. */
  wake(): void {
    this.woken.resolve();
  }

  /** Acknowledges the oldest `count` of what is held. */
  acknowledge(count: number): void {
    const last = this.held.splice(0, count).at(-1);
    // Tags of a channel count up over all its queues, and what is held is in their order.
    if (last !== undefined && !this.isClosed) this.channel.ack(last.message, true);
  }

  /**
   * Leaves one queue to the next of its subscribers when more than a fair share of them comes here. Called now and
   * then, every subscriber ends up with its share; what it was given of the queue before stays its own to acknowledge.
   */
  async share(): Promise<void> {
    const active = Array.from(this.consumers).filter(([, consumer]) => consumer.active);
    const [some] = active;
    if (some === undefined) return;
    const [queue, { tag }] = some;
    // A shard's queue has one consumer, whoever else waits for it.
    const { consumerCount: writers } = await this.channel.checkQueue(writersOf(this.stream));
    if (active.length <= Math.ceil(this.consumers.size / Math.max(1, writers))) return;
    await this.channel.cancel(tag);
    // At the end of those who wait for it.
    await this.consume(queue);
  }

  /** Ends it; what is held goes to the next subscriber. */
  async close(): Promise<void> {
    try {
      await this.channel.close();
    } catch {
      // It was closed before.
    }
  }

  private async consume(queue: string): Promise<void> {
    const { consumerTag: tag } = await this.channel.consume(queue, (message) => this.delivered(message));
    this.consumers.set(queue, { tag, active: false });
  }

  private delivered(message: ConsumeMessage | null): void {
    // The broker has cancelled the consumer, as when the queue is deleted: subscribed anew, it is declared anew.
    if (message === null) return void this.close();
    const consumer = this.consumers.get(message.fields.routingKey);
    if (consumer?.tag === message.fields.consumerTag) consumer.active = true;
    const arrivedMs = arrivedMsOf(message.properties.headers);
    this.held.push({ message, arrivedMs, content: this.read(message.content) });
    this.wake();
  }

  private read(content: Buffer): Delivery['content'] {
    try {
      return { records: recordsIn(this.stream, content) };
    } catch (error) {
      return { unreadable: (error as Error).message };
    }
  }
}
