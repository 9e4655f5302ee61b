import type { LedgerStream } from '../ledger-stream';
import { BackOff } from '../writer/back-off';
import { MAX_BYTES, PACE } from '../writer/pace';
import type { Sink } from '../writer/sink';
import type { WriterNotice } from '../writer/writer-protocol';
import type { BrokerLink } from './broker-link';
import { Publisher } from './publisher';
import { Subscription, type Delivery } from './subscription';
import { DEAD_LETTERS } from './topology';

export interface QueueDrainOptions {
  readonly stream: LedgerStream;
  readonly link: BrokerLink;
  readonly shards: number;
  readonly sink: Sink;
  readonly tell: (notice: WriterNotice) => void;
  /** Ends the drain after the transaction it is in. */
  readonly ending: AbortSignal;
}

/** How often a writer looks whether it has more than its share of the queues. */
const SHARE_MS = 5000;

/**
 * Moves one stream from the queues of RabbitMQ to a sink: packs deliveries, puts, acknowledges. What was put and could
 * not be acknowledged is delivered again and found to be a repeat. While the sink is away, deliveries are held and
 * tried again for ever; they are never given back for that. What cannot be read goes to the dead letters.
 */
export class QueueDrain {
  private readonly backOff: BackOff;
  private subscription: Subscription | undefined;
  private publisher: Publisher | undefined;
  private sharedMs = 0;

  constructor(private readonly options: QueueDrainOptions) {
    this.backOff = new BackOff(options.ending);
  }

  /** Resolves when the drain has ended. */
  async run(): Promise<void> {
    const { ending, sink, stream, tell } = this.options;
    ending.addEventListener('abort', () => this.subscription?.wake(), { once: true });
    while (!ending.aborted) {
      try {
        await this.turn(await this.subscribed());
        this.backOff.succeeded();
      } catch (error) {
        tell({ type: 'away', stream, message: (error as Error).message });
        await this.backOff.failed();
      }
    }
    await this.subscription?.close();
    await sink.close();
  }

  private async subscribed(): Promise<Subscription> {
    const { stream, link, shards, tell } = this.options;
    if (this.subscription !== undefined && !this.subscription.closed) return this.subscription;
    this.subscription = undefined;
    const subscription = await Subscription.open(stream, link, shards);
    // What was held before is another's, or is delivered here again.
    tell({ type: 'held', stream, records: 0, oldestMs: undefined });
    this.publisher = new Publisher(subscription.channel);
    return (this.subscription = subscription);
  }

  private async turn(subscription: Subscription): Promise<void> {
    const { stream, sink, tell, ending } = this.options;
    await subscription.wait(ending);
    if (ending.aborted) return;
    if (subscription.closed) throw new Error('the channel to RabbitMQ was closed');
    const [first] = subscription.held;
    if ('unreadable' in first.content) return this.bury(subscription, first, first.content.unreadable);
    const { records: limit, lingerMs } = PACE[stream];
    const { records, deliveries } = pack(subscription.held, limit);
    tell({ type: 'held', stream, records: records.length, oldestMs: first.arrivedMs });
    try {
      await sink.put(records, first.arrivedMs);
    } catch (error) {
      sink.reset();
      throw error;
    }
    subscription.acknowledge(deliveries);
    tell({ type: 'consumed', stream, records: records.length, lagMs: Math.max(0, Date.now() - first.arrivedMs) });
    if (Date.now() - this.sharedMs > SHARE_MS) {
      this.sharedMs = Date.now();
      await subscription.share();
    }
    if (2 * records.length < limit) await this.backOff.pause(lingerMs);
  }

  /** Moves a message as it is to where somebody can look at it. */
  private async bury(subscription: Subscription, { message }: Delivery, reason: string): Promise<void> {
    const { stream, tell } = this.options;
    const { headers } = message.properties;
    const options = {
      type: stream,
      headers: { ...headers, 'adlift-reason': reason, 'adlift-queue': message.fields.routingKey },
    };
    try {
      await this.publisher?.publish([{ queue: DEAD_LETTERS, content: message.content, options }]);
    } catch (error) {
      // Subscribed anew, the queue of the dead letters is declared anew.
      await subscription.close();
      throw error;
    }
    subscription.acknowledge(1);
    tell({ type: 'dead', stream, queue: message.fields.routingKey, bytes: message.content.byteLength, reason });
  }
}

/** The records of the oldest deliveries up to the limit, of the first whatever its size. */
function pack(held: readonly Delivery[], limit: number): { records: Uint8Array[]; deliveries: number } {
  const records: Uint8Array[] = [];
  let deliveries = 0;
  let bytes = 0;
  for (const { content, message } of held) {
    if ('unreadable' in content) break;
    bytes += message.content.byteLength;
    if (deliveries > 0 && (records.length + content.records.length > limit || bytes > MAX_BYTES)) break;
    for (const record of content.records) records.push(record);
    deliveries++;
  }
  return { records, deliveries };
}
