// A thread that takes records out of a spool until there are none left for a while, and posts the numbers it took.
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { SpoolConsumer } from '@adlift/spool';
import { numberOf } from './numbered-records';

const { port, want } = workerData as { port: MessagePort; want: number };

async function main(): Promise<void> {
  const consumer = new SpoolConsumer(port);
  const taken: number[] = [];
  while (taken.length < want) {
    const batches = await consumer.read('events', { records: 5000, bytes: 4 << 20 });
    await consumer.remove(batches.map(({ id }) => id));
    for (const { records } of batches) taken.push(...records.map(numberOf));
  }
  consumer.close();
  parentPort?.postMessage(taken);
}

void main();
