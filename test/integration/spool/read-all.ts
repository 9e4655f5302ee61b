import { Spool, SpoolConsumer, type SpoolBatch } from '@adlift/spool';

/** Every batch of a stream, left where it is. */
export async function readAll<Stream extends string>(spool: Spool<Stream>, stream: Stream): Promise<SpoolBatch[]> {
  const consumer = new SpoolConsumer(spool.connect());
  const all: SpoolBatch[] = [];
  for (;;) {
    const batches = await consumer.read(stream, { records: 5000, bytes: 4 << 20, after: all.at(-1)?.id });
    if (batches.length === 0) break;
    all.push(...batches);
  }
  consumer.close();
  return all;
}
