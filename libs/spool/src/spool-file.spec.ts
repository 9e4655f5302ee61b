import { readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { recordsOf } from './blob';
import { SpoolFormatError, SpoolInUse } from './spool-error';
import { SpoolFile } from './spool-file';
import { ALL, batch, CAP, FileOnTrial, MIB, seeded } from './spool-file.fixture';

describe('SpoolFile', () => {
  const on = FileOnTrial.forEach();

  it('lets nobody but its owner read what it holds', () => {
    on.file.append([batch('events', 10)]);
    for (const name of [on.path, `${on.path}.lock`]) expect(statSync(name).mode & 0o777).toBe(0o600);
  });

  it('gives the oldest batches of one stream, up to so many records or bytes, but at least one', () => {
    for (let i = 1; i < 10; i += 2) on.file.append([batch('events', 10, 100, i), batch('predictions', 1, 100, i + 1)]);
    expect(on.given('events')).toEqual([1, 3, 5, 7, 9]);
    expect(on.given('events', { records: 25, bytes: Infinity })).toEqual([1, 3]);
    expect(on.given('events', { records: 20, bytes: Infinity })).toEqual([1, 3]);
    expect(on.given('events', { records: 1, bytes: Infinity })).toEqual([1]);
    expect(on.given('events', { records: Infinity, bytes: 2500 })).toEqual([1, 3]);
    expect(on.given('events', { records: Infinity, bytes: Infinity, after: on.idsOf('events')[2] })).toEqual([7, 9]);
    expect(on.given('unheard of')).toEqual([]);
    expect(recordsOf(on.file.read('events', ALL)[0].blob)).toHaveLength(10);
  });

  it('gives a batch again until it was removed, and takes a second removal for no error', () => {
    on.file.append([batch('events', 1, 100, 1), batch('events', 1, 100, 2)]);
    expect(on.given('events')).toEqual([1, 2]);
    const [first] = on.idsOf('events');
    on.file.remove([first]);
    on.file.remove([first, -1, 7e12]);
    expect(on.given('events')).toEqual([2]);
    expect(on.file.backlogs.get('events')).toEqual({ records: 1, oldestMs: 2 });
  });

  it('never uses an id again, so that a late removal cannot meet another batch', () => {
    const seen = new Set<number>();
    for (let i = 1; i <= 40; i++) {
      on.file.append([batch('events', 1, 400_000, i)]);
      const ids = on.idsOf('events');
      on.file.remove([...seen]);
      expect(on.given('events')).toEqual([i]);
      expect(ids.every((id) => !seen.has(id) && id > Math.max(0, ...seen))).toBe(true);
      for (const id of ids) seen.add(id);
      on.file.remove(ids);
      if (i % 7 === 0) on.reopen();
    }
  });

  it('never goes back to an older segment of a stream, so that a reader behind its last batch misses none', () => {
    on.file.append([batch('events', 1, 100, 1)]);
    on.file.append([batch('events', 1, 900_000, 2)]);
    const [, last] = on.idsOf('events');
    on.file.remove([last]);
    on.reopen();
    on.file.append([batch('events', 1, 100, 3)]);
    expect(on.given('events', { ...ALL, after: last })).toEqual([3]);
    // Nor when another stream has taken what was empty.
    const third = on.idsOf('events').at(-1) as number;
    on.file.remove([third]);
    while (on.file.append([batch('rows', 1, 900_000)]));
    on.file.remove(on.idsOf('rows', { records: 1, bytes: Infinity }));
    on.file.append([batch('events', 1, 100, 4)]);
    expect(on.given('events', { ...ALL, after: third })).toEqual([4]);
  });

  it('has after many refusals as much room as before', () => {
    const large = Array.from({ length: 20 }, () => batch('large', 1, 900_000));
    for (let i = 0; i < 20; i++) {
      expect(on.file.append([batch('events', 1), ...large])).toBe(false);
      expect(on.file.append([batch('rows', 1), ...large])).toBe(false);
    }
    expect(on.file.usedBytes).toBe(0);
    expect(on.fill()).toBeGreaterThan(14);
    on.file.remove(on.idsOf('events'));
    on.reopen();
    expect(on.fill()).toBeGreaterThan(14);
  });

  it('keeps nothing of a group that was refused, also for the next owner', () => {
    on.file.append([batch('events', 1, 100, 1)]);
    expect(
      on.file.append([batch('events', 1, 100, 2), ...Array.from({ length: 20 }, () => batch('x', 1, 900_000))]),
    ).toBe(false);
    on.crash();
    expect(on.given('events')).toEqual([1]);
  });

  it('lays an empty file out anew when its cap is another', () => {
    on.close();
    on.open(on.path, 2048 * MIB);
    on.file.append([batch('events', 1, 100, 1)]);
    on.close();
    on.open();
    // Its few segments stay as large as they are while one of them is in use.
    expect(on.given('events')).toEqual([1]);
    expect(on.segmentBytes).toBe(4 * MIB);
    on.file.remove(on.idsOf('events'));
    on.reopen();
    expect(on.segmentBytes).toBeLessThan(2 * MIB);
    expect(on.file.append('abcdefgh'.split('').map((stream) => batch(stream, 1)))).toBe(true);
  });

  it('refuses a second owner that comes by way of a link', () => {
    const link = join(on.root, 'link');
    symlinkSync(on.path, link);
    symlinkSync(dirname(on.path), `${link}-folder`);
    for (const way of [link, join(`${link}-folder`, 'spool')]) {
      expect(() => SpoolFile.open(way, { maxBytes: CAP })).toThrow(SpoolInUse);
    }
  });

  it('knows what waits after it was opened again', () => {
    on.file.append([batch('events', 10, 10, 100), batch('predictions', 3, 10, 200)]);
    on.file.append([batch('events', 20, 10, 300)]);
    on.file.remove(on.idsOf('events', { records: 1, bytes: Infinity }));
    const before = new Map(on.file.backlogs);
    on.reopen();
    expect(on.file.backlogs).toEqual(before);
    expect(on.file.backlogs.get('events')).toEqual({ records: 20, oldestMs: 300 });
    expect(on.file.backlogs.get('predictions')).toEqual({ records: 3, oldestMs: 200 });
  });

  it('refuses whole groups at its cap, stays readable, and takes more once something was removed', () => {
    const count = on.fill();
    expect(count).toBeGreaterThan(20);
    expect(on.file.usedBytes).toBeLessThanOrEqual(CAP);
    expect(on.file.append([batch('other', 1), batch('events', 1, 900_000), batch('events', 1, 900_000)])).toBe(false);
    expect(on.idsOf('other')).toEqual([]);
    const ids = on.idsOf('events');
    expect(ids).toHaveLength(count);
    on.file.remove(ids.slice(0, 4));
    expect(on.file.append([batch('events', 1, 900_000)])).toBe(true);
    expect(on.idsOf('events')).toHaveLength(count - 4 + 1);
  });

  it('uses freed space again: the file does not outgrow its cap over many times its size', () => {
    on.fill();
    for (let i = 0; i < 40; i++) {
      on.file.remove(on.idsOf('events', { records: 4, bytes: Infinity }));
      for (let k = 0; k < 2; k++) expect(on.file.append([batch('events', 1, 500_000)])).toBe(true);
      on.file.tidy();
    }
    expect(statSync(on.path).size).toBeLessThanOrEqual(CAP);
  });

  it('needs no more room for a reader that keeps up, however much goes through', () => {
    for (let i = 0; i < 100; i++) {
      expect(on.file.append([batch('events', 1, 500_000), batch('predictions', 1, 300_000)])).toBe(true);
      for (const stream of ['events', 'predictions']) on.file.remove(on.idsOf(stream));
      on.file.tidy();
    }
    expect(on.file.usedBytes).toBe(0);
    expect(statSync(on.path).size).toBeLessThanOrEqual(6 * MIB);
  });

  it('gives a stream the room that others have no more use for', () => {
    const streams = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    on.close();
    on.open(join(on.root, 'small', 'spool'), 8 * MIB);
    for (const stream of streams) expect(on.file.append([batch(stream, 1)])).toBe(true);
    expect(on.file.append([batch('events', 1)])).toBe(false);
    for (const stream of streams.slice(0, 6)) on.file.remove(on.idsOf(stream));
    for (let i = 0; i < 6; i++) expect(on.file.append([batch('events', 1, 900_000)])).toBe(true);
    expect(on.file.append([batch('events', 1, 900_000)])).toBe(false);
    expect(on.idsOf('g')).toHaveLength(1);
    expect(on.idsOf('events')).toHaveLength(6);
  });

  it('opens at its cap, also one lower than the file is long', () => {
    const count = on.fill();
    on.close();
    on.open(undefined, 8 * MIB);
    expect(on.file.append([batch('events', 1, 900_000)])).toBe(false);
    const ids = on.idsOf('events');
    expect(ids).toHaveLength(count);
    on.file.remove(ids);
    expect(on.file.append([batch('events', 1)])).toBe(true);
  });

  it('refuses a second owner in the same process by name, and lets it in when the first is gone', () => {
    expect(() => SpoolFile.open(on.path, { maxBytes: CAP })).toThrow(new SpoolInUse(on.path, process.pid));
    expect(on.idsOf('events')).toEqual([]);
    on.reopen();
  });

  it('refuses a file of a newer version and leaves it as it is', () => {
    on.file.append([batch('events', 1)]);
    const version = (to: number) => (bytes: Buffer) => void bytes.writeUInt32LE(to, 8);
    expect(() => on.reopen(version(3))).toThrow(/newer version: it has format 3, this version knows 2/);
    const bytes = readFileSync(on.path);
    version(2)(bytes);
    writeFileSync(on.path, bytes);
    on.open(on.path, CAP);
    expect(on.idsOf('events')).toHaveLength(1);
  });

  it('refuses what is no spool, and what is one of an older version or whose header is damaged', () => {
    const text = join(on.root, 'notes.txt');
    writeFileSync(text, 'not a spool\n'.repeat(20));
    expect(() => SpoolFile.open(text, { maxBytes: CAP })).toThrow(new SpoolFormatError(`${text} is not a spool`));
    const old = join(on.root, 'old.db');
    const db = new DatabaseSync(old);
    db.exec('CREATE TABLE batch (id INTEGER PRIMARY KEY)');
    db.close();
    expect(() => SpoolFile.open(old, { maxBytes: CAP })).toThrow(
      /written by an older version: let that one store what it holds/,
    );
    expect(() => on.reopen((bytes) => (bytes[12] ^= 4))).toThrow(/the header of the spool .* is damaged/);
    on.open(join(on.root, 'another'), CAP);
  });

  it('gives a reader what it has not had, in order, however far behind it is and however often it begins anew', () => {
    const random = seeded(7);
    const reopenSmall = (): void => {
      on.close();
      // Holds a few of the batches in memory.
      on.open(on.path, CAP, 300_000);
    };
    reopenSmall();
    const readers = ['events', 'rows'].map((stream) => ({
      stream,
      kept: [] as number[],
      read: 0,
      removed: 0,
      after: 0,
    }));
    for (let number = 1; number <= 900; number++) {
      const reader = readers[random(2)];
      const { stream } = reader;
      const step = random(20);
      if (random(60) === 0) reopenSmall();
      if (step < 10) {
        const added = batch(stream, 1 + random(20), random(10_000), number);
        if (on.file.append([added])) reader.kept.push(number);
      } else if (step < 18) {
        const batches = on.file.read(stream, { records: 1 + random(80), bytes: Infinity, after: reader.after });
        const numbers = batches.map(({ arrivedMs }) => arrivedMs);
        expect(numbers).toEqual(reader.kept.slice(reader.read, reader.read + numbers.length));
        if (numbers.length === 0) expect(reader.read).toBe(reader.kept.length);
        reader.read += numbers.length;
        reader.after = batches.at(-1)?.id ?? reader.after;
        if (random(3) === 0) {
          on.file.remove(batches.map(({ id }) => id));
          if (reader.removed + numbers.length === reader.read) reader.removed = reader.read;
        }
      } else {
        // A new reader is given all that was not removed.
        const rest = on.file.read(stream, ALL);
        on.file.remove(rest.map(({ id }) => id));
        reader.read = reader.removed = reader.kept.length;
        reader.after = rest.at(-1)?.id ?? reader.after;
      }
    }
    expect(readers.every(({ kept }) => kept.length > 100)).toBe(true);
  });
});
