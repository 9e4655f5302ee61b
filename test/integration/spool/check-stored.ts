import { Spool } from '@adlift/spool';
import { numberOf } from './numbered-records';
import { readAll } from './read-all';

const CAP = 256 << 20;

/** Opens the file, of which no process is the owner any more, and expects every acknowledged record in it, each once. */
export async function expectStoredOnce(file: string, acknowledged: readonly number[]): Promise<void> {
  const spool = await Spool.open({ file, streams: ['events', 'predictions'], maxBytes: CAP });
  const stored = (await readAll(spool, 'events')).flatMap(({ records }) => records.map(numberOf));
  const kept = new Set(stored);
  expect(kept.size).toBe(stored.length);
  expect(acknowledged.filter((number) => !kept.has(number))).toEqual([]);
  expect(spool.stats.streams.events.records).toBe(stored.length);
  expect(spool.stats.damaged).toBe(0);
  await spool.close();
}
