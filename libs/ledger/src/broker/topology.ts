import type { Channel } from 'amqplib';
import type { LedgerStream } from '../ledger-stream';

/** Where messages go that nobody here can read. */
export const DEAD_LETTERS = 'adlift.dead';

/**
 * Redeliveries after which RabbitMQ drops a message by itself: practically never. A message comes back when a writer
 * dies or loses its connection, as often as that happens, and never for what it is. Later versions of RabbitMQ have a
 * limit of 20 where none is set.
 */
const DELIVERY_LIMIT = 1_000_000_000;

const REPLICATED = {
  'x-queue-type': 'quorum',
  'x-queue-leader-locator': 'balanced',
  'x-delivery-limit': DELIVERY_LIMIT,
};

/** The queue of one shard of a stream. */
export function queueOf(stream: LedgerStream, shard: number): string {
  return `adlift.${stream}.${shard}`;
}

/** The queues of all shards of a stream. */
export function queuesOf(stream: LedgerStream, shards: number): string[] {
  return Array.from({ length: shards }, (_, shard) => queueOf(stream, shard));
}

/** A queue that stays empty: as many consumers as it has, so many writers share the stream. */
export function writersOf(stream: LedgerStream): string {
  return `adlift.${stream}.writers`;
}

/**
 * Declares the queues of a stream, and that of the dead letters; those that are there already stay. Rejects when one is
 * there with other properties, or has no majority of its members.
 */
export async function declareQueues(channel: Channel, stream: LedgerStream, shards: number): Promise<void> {
  for (const queue of queuesOf(stream, shards)) {
    // One writer a shard: with two of them, rows of one unit could wait for each other.
    await channel.assertQueue(queue, { durable: true, arguments: { ...REPLICATED, 'x-single-active-consumer': true } });
  }
  await channel.assertQueue(writersOf(stream), { durable: true, arguments: REPLICATED });
  await channel.assertQueue(DEAD_LETTERS, { durable: true, arguments: REPLICATED });
}
