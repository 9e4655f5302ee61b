import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Spool, SpoolClosed, SpoolConsumer, SpoolFailed } from '@adlift/spool';
import { numbered, numberOf } from './numbered-records';
import { readAll } from './read-all';
import { scratchFolder } from './scratch-folder';

const COMPILER = join(__dirname, '../../jest/register-typescript.cjs');
const ALL = { records: Infinity, bytes: Infinity };
const folder = scratchFolder();
let files = 0;

function open(): Promise<Spool<'events'>> {
  const file = join(folder, `${++files}.spool`);
  return Spool.open({
    file,
    streams: ['events'],
    maxBytes: 64 << 20,
    restartDelays: { first: 5, longest: 20 },
  });
}

describe('a consumer', () => {
  it('in another thread takes out everything, in order, while more is appended', async () => {
    const spool = await open();
    const want = 40_000;
    const port = spool.connect();
    const thread = new Worker(join(__dirname, 'consuming-thread.ts'), {
      execArgv: ['--require', COMPILER],
      workerData: { port, want },
      transferList: [port],
    });
    const taken = new Promise<number[]>((resolve) => thread.once('message', resolve));
    const gone = new Promise((resolve) => thread.once('exit', resolve));
    const numbers = Array.from({ length: want }, (_, i) => i);
    for (let i = 0; i < want; i += 100) await spool.append('events', numbers.slice(i, i + 100).map(numbered));
    expect(await taken).toEqual(numbers);
    await gone;
    expect(spool.stats.streams.events).toEqual({ records: 0, oldestMs: 0 });
    await spool.close();
  });

  it('sees what a restart of the process leaves: everything that was not removed', async () => {
    const spool = await open();
    const consumer = new SpoolConsumer(spool.connect());
    await spool.append('events', [numbered(1)]);
    await spool.append('events', [numbered(2)]);
    const [first] = await consumer.read('events', ALL);
    await consumer.remove([first.id]);
    await spool.close();
    await expect(consumer.read('events', ALL)).rejects.toThrow(SpoolClosed);
    const again = await Spool.open({ file: join(folder, `${files}.spool`), streams: ['events'], maxBytes: 64 << 20 });
    const left = await readAll(again, 'events');
    expect(left.flatMap(({ records }) => records.map(numberOf))).toEqual([2]);
    await again.close();
  });

  it('goes on when the thread of the spool was replaced; what was under way is rejected', async () => {
    const spool = await open();
    const consumer = new SpoolConsumer(spool.connect());
    await spool.append('events', [numbered(1)]);
    await consumer.read('events', ALL);
    const killed = spool.killThread();
    const [appended, read] = await Promise.allSettled([
      spool.append('events', [numbered(2)]),
      consumer.read('events', ALL),
      killed,
    ]);
    for (const outcome of [appended, read]) {
      if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(SpoolFailed);
    }
    // Waits until the file is open again.
    const batches = await consumer.read('events', ALL);
    expect(batches.flatMap(({ records }) => records.map(numberOf))).toContain(1);
    expect(spool.stats).toMatchObject({ state: 'open', restarts: 1 });
    await spool.append('events', [numbered(3)]);
    await consumer.remove((await consumer.read('events', ALL)).map(({ id }) => id));
    expect(spool.stats.streams.events.records).toBe(0);
    await spool.close();
  });

  it('is told by every kind of call that the spool is closed', async () => {
    const spool = await open();
    const early = new SpoolConsumer(spool.connect());
    await spool.close();
    const late = new SpoolConsumer(spool.connect());
    for (const consumer of [early, late]) {
      await expect(consumer.read('events', ALL)).rejects.toThrow(SpoolClosed);
      await expect(consumer.remove([1])).rejects.toThrow(SpoolClosed);
    }
    await expect(spool.append('events', [numbered(1)])).rejects.toThrow(SpoolClosed);
    expect(spool.offer('events', numbered(1))).toBe(false);
    expect(spool.stats).toMatchObject({ state: 'closed', refusedOffers: 1 });
  });
});

describe('closing a spool', () => {
  it('keeps what was appended and offered before, and lets the next owner in', async () => {
    const spool = await open();
    const append = spool.append('events', [numbered(1)]);
    spool.offer('events', numbered(2));
    await spool.close();
    await append;
    const again = await Spool.open({ file: join(folder, `${files}.spool`), streams: ['events'], maxBytes: 64 << 20 });
    const left = await readAll(again, 'events');
    expect(left.flatMap(({ records }) => records.map(numberOf))).toEqual([1, 2]);
    await again.close();
  });

  it('ends also while the thread is down', async () => {
    const spool = await open();
    await spool.killThread();
    await spool.close();
    await spool.close();
  });
});
