// A process that fills a spool with a backlog of so many bytes, empties it, and says how much memory that took.
// Run as: node --require register-typescript.cjs filling-process.ts FILE BYTES
import { Spool, SpoolConsumer } from '@adlift/spool';

async function main(file: string, bytes: number): Promise<void> {
  const spool = await Spool.open({ file, streams: ['predictions'], maxBytes: 2 * bytes });
  const baseRss = process.memoryUsage.rss();
  let highestRss = baseRss;
  const consumer = new SpoolConsumer(spool.connect());
  const rows = Array.from({ length: 100 }, () => new Uint8Array(9000));
  while (spool.stats.usedBytes < bytes) {
    await Promise.all([0, 1, 2, 3].map(() => spool.append('predictions', rows)));
    highestRss = Math.max(highestRss, process.memoryUsage.rss());
  }
  const { usedBytes: backlogBytes } = spool.stats;
  while (spool.stats.streams.predictions.records > 0) {
    const batches = await consumer.read('predictions', { records: 1000, bytes: 4 << 20 });
    await consumer.remove(batches.map(({ id }) => id));
    for (const batch of batches) batch.release();
    highestRss = Math.max(highestRss, process.memoryUsage.rss());
  }
  consumer.close();
  await spool.close();
  console.log(JSON.stringify({ baseRss, highestRss, backlogBytes }));
}

const [file, bytes] = process.argv.slice(2);
void main(file, Number(bytes));
