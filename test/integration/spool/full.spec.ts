import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Spool, SpoolConsumer, SpoolFull } from '@adlift/spool';
import { numbered, numberOf } from './numbered-records';
import { readAll } from './read-all';
import { scratchFolder } from './scratch-folder';

const MIB = 1 << 20;
let mounted = false;
// Before the folder that it is in goes.
afterAll(() => {
  if (mounted) execFileSync('umount', [disk]);
});
const folder = scratchFolder();
const disk = join(folder, 'small-disk');

function mountSmallDisk(mib: number): boolean {
  if (process.getuid?.() !== 0) return false;
  mkdirSync(disk);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mib}m`, 'tmpfs', disk], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

mounted = mountSmallDisk(48);
if (!mounted) console.warn('no small disk could be mounted: a full disk is tested by the cap of the file alone');

/** Appends numbered records, 1000 at a time, until the spool refuses; returns those it acknowledged. */
async function fill(spool: Spool<'events'>, first: number): Promise<number[]> {
  const acknowledged: number[] = [];
  for (let next = first; ; next += 1000) {
    const numbers = Array.from({ length: 1000 }, (_, i) => next + i);
    try {
      await spool.append('events', numbers.map(numbered));
    } catch (error) {
      expect(error).toBeInstanceOf(SpoolFull);
      expect((error as SpoolFull).retryAfterMs).toBeGreaterThan(0);
      return acknowledged;
    }
    acknowledged.push(...numbers);
  }
}

async function stored(spool: Spool<'events'>): Promise<number[]> {
  return (await readAll(spool, 'events')).flatMap(({ records }) => records.map(numberOf));
}

/** Fills the spool, proves that all is there, takes half out, and fills it again. */
async function fillEmptyFill(spool: Spool<'events'>): Promise<void> {
  const first = await fill(spool, 0);
  expect(first.length).toBeGreaterThan(10_000);
  expect(await stored(spool)).toEqual(first);
  expect(spool.stats).toMatchObject({ state: 'open', restarts: 0 });

  const consumer = new SpoolConsumer(spool.connect());
  const half = await consumer.read('events', { records: first.length / 2, bytes: Infinity });
  await consumer.remove(half.map(({ id }) => id));
  const left = first.slice(half.flatMap(({ records }) => records).length);
  expect(await stored(spool)).toEqual(left);

  const second = await fill(spool, 10_000_000);
  expect(second.length).toBeGreaterThan(1000);
  expect(await stored(spool)).toEqual([...left, ...second]);
  expect(spool.stats.refused).toBe(2000);
  consumer.close();
}

describe('a full spool', () => {
  it('at its cap refuses, stays readable, and takes more once something was removed', async () => {
    const file = join(folder, 'capped.spool');
    const spool = await Spool.open({ file, streams: ['events'], maxBytes: 24 * MIB });
    await fillEmptyFill(spool);
    expect(spool.stats.usedBytes).toBeLessThanOrEqual(24 * MIB);
    await spool.close();
  });

  it('keeps room for those who wait when offers fill it', async () => {
    const file = join(folder, 'offered.spool');
    const spool = await Spool.open({ file, streams: ['events', 'log'], maxBytes: 16 * MIB, offeredShare: 0.5 });
    const row = new Uint8Array(9000);
    while (spool.stats.usedBytes < 8 * MIB) {
      spool.offer('log', row);
      await spool.append('events', [numbered(1)]);
    }
    expect(spool.offer('log', row)).toBe(false);
    await spool.append('events', [numbered(2)]);
    expect(spool.stats.refusedOffers).toBeGreaterThan(0);
    await spool.close();
  });

  (mounted ? it : it.skip)(
    'on a full disk refuses, stays readable, and takes more once something was removed',
    async () => {
      const spool = await Spool.open({ file: join(disk, 'small.spool'), streams: ['events'], maxBytes: 1024 * MIB });
      await fillEmptyFill(spool);
      await spool.close();
      rmSync(join(disk, 'small.spool'));
    },
  );

  (mounted ? it : it.skip)('can still remove when others have filled the disk to the last byte', async () => {
    const file = join(disk, 'small.spool');
    const spool = await Spool.open({ file, streams: ['events'], maxBytes: 1024 * MIB });
    // Many small batches beside the large ones: removing them together takes more of the log than the disk has.
    for (let i = 0; i < 1000; i++) await spool.append('events', [numbered(i)]);
    for (let i = 1; i < 8; i++) {
      const numbers = Array.from({ length: 1000 }, (_, k) => i * 1000 + k);
      await spool.append('events', numbers.map(numbered));
    }
    expect(() => writeFileSync(join(disk, 'hog'), new Uint8Array(64 * MIB))).toThrow(/ENOSPC/);

    const more = await fill(spool, 10_000);
    const all = await stored(spool);
    expect(all).toHaveLength(8000 + more.length);
    const consumer = new SpoolConsumer(spool.connect());
    const batches = await consumer.read('events', { records: 8000, bytes: Infinity });
    await consumer.remove(batches.map(({ id }) => id));
    await spool.append('events', [numbered(7)]);
    expect(await stored(spool)).toEqual([...all.slice(8000), 7]);
    expect(spool.stats).toMatchObject({ state: 'open', restarts: 0 });

    rmSync(join(disk, 'hog'));
    consumer.close();
    await spool.close();
  });
});
