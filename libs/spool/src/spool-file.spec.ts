import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { BLOB_HEADER_BYTES, putRecord, recordsOf, sealBlob } from './blob';
import { SpoolFormatError, SpoolInUse } from './spool-error';
import type { NewBatch, ReadLimit } from './spool-batch';
import { SpoolFile } from './spool-file';

const MIB = 1 << 20;
const CAP = 16 * MIB;
const ALL: ReadLimit = { records: Infinity, bytes: Infinity };
const root = mkdtempSync(join(tmpdir(), 'adlift-spool-'));
let files = 0;
let path = '';
let file: SpoolFile;

beforeEach(() => {
  path = join(root, `${++files}`, 'spool.db');
  file = new SpoolFile(path, CAP);
});
afterEach(() => file.close());
afterAll(() => rmSync(root, { recursive: true }));

function batch(stream: string, records: number, bytes = 100, arrivedMs = 5): NewBatch {
  const blob = new Uint8Array(MIB);
  let end = BLOB_HEADER_BYTES;
  for (let i = 0; i < records; i++) {
    end = putRecord(blob, new DataView(blob.buffer), end, new Uint8Array(bytes).fill(i));
  }
  sealBlob(blob.subarray(0, end), records);
  return { stream, records, arrivedMs, blob: blob.subarray(0, end) };
}

function idsOf(stream: string, limit = ALL): number[] {
  return file.read(stream, limit).map(({ id }) => id);
}

/** Fills the file with blobs of 500 kB until it refuses; returns how many went in. */
function fill(): number {
  let count = 0;
  while (file.append([batch('events', 1, 500_000)])) count++;
  return count;
}

/** Closes the file, has the test do something to it as a plain database, and opens it again. */
function reopen(meanwhile: (db: DatabaseSync) => void = () => undefined): void {
  file.close();
  const db = new DatabaseSync(path);
  meanwhile(db);
  db.close();
  file = new SpoolFile(path, CAP);
}

describe('SpoolFile', () => {
  it('lets nobody but its owner read what it holds', () => {
    file.append([batch('events', 10)]);
    for (const name of [path, `${path}-wal`]) expect(statSync(name).mode & 0o777).toBe(0o600);
  });

  it('gives the oldest batches of one stream, up to so many records or bytes, but at least one', () => {
    for (let i = 0; i < 5; i++) file.append([batch('events', 10), batch('predictions', 1)]);
    expect(idsOf('events')).toEqual([1, 3, 5, 7, 9]);
    expect(idsOf('events', { records: 25, bytes: Infinity })).toEqual([1, 3]);
    expect(idsOf('events', { records: 20, bytes: Infinity })).toEqual([1, 3]);
    expect(idsOf('events', { records: 1, bytes: Infinity })).toEqual([1]);
    expect(idsOf('events', { records: Infinity, bytes: 2500 })).toEqual([1, 3]);
    expect(idsOf('events', { records: Infinity, bytes: Infinity, after: 5 })).toEqual([7, 9]);
    expect(idsOf('unheard of')).toEqual([]);
    expect(recordsOf(file.read('events', ALL)[0].blob)).toHaveLength(10);
  });

  it('gives a batch again until it was removed, and takes a second removal for no error', () => {
    file.append([batch('events', 1), batch('events', 1)]);
    expect(idsOf('events')).toEqual([1, 2]);
    expect(file.remove([1])).toBe(true);
    expect(file.remove([1])).toBe(true);
    expect(idsOf('events')).toEqual([2]);
  });

  it('never uses an id again, so that a late removal cannot meet another batch', () => {
    file.append([batch('events', 1)]);
    file.remove([1]);
    reopen();
    file.append([batch('events', 1)]);
    expect(idsOf('events')).toEqual([2]);
  });

  it('knows what waits after it was opened again', () => {
    file.append([batch('events', 10, 10, 100), batch('predictions', 3, 10, 200)]);
    file.append([batch('events', 20, 10, 300)]);
    file.remove([1]);
    const before = new Map(file.backlogs);
    reopen();
    expect(file.backlogs).toEqual(before);
    expect(file.backlogs.get('events')).toEqual({ records: 20, oldestMs: 300 });
    expect(file.backlogs.get('predictions')).toEqual({ records: 3, oldestMs: 200 });
  });

  it('refuses whole groups at its cap, stays readable, and takes more once something was removed', () => {
    const count = fill();
    expect(count).toBeGreaterThan(20);
    expect(file.room.usedBytes).toBeLessThanOrEqual(CAP);
    expect(file.append([batch('other', 1), batch('events', 1, 900_000), batch('events', 1, 900_000)])).toBe(false);
    expect(idsOf('other')).toEqual([]);
    const ids = idsOf('events');
    expect(ids).toHaveLength(count);
    expect(file.remove(ids.slice(0, 4))).toBe(true);
    expect(file.append([batch('events', 1, 900_000)])).toBe(true);
    expect(idsOf('events')).toHaveLength(count - 4 + 1);
  });

  it('uses freed space again: neither file nor log outgrow their caps over many times their size', () => {
    fill();
    for (let i = 0; i < 40; i++) {
      expect(file.remove(idsOf('events', { records: 4, bytes: Infinity }))).toBe(true);
      for (let k = 0; k < 3; k++) expect(file.append([batch('events', 1, 500_000)])).toBe(true);
      file.room.tidy();
    }
    expect(statSync(path).size).toBeLessThanOrEqual(CAP);
    expect(statSync(`${path}-wal`).size).toBeLessThanOrEqual(16 * MIB);
  });

  it('opens at its cap, also one lower than the file is long', () => {
    const count = fill();
    file.close();
    file = new SpoolFile(path, 8 * MIB);
    expect(file.append([batch('events', 1)])).toBe(false);
    const ids = idsOf('events');
    expect(ids).toHaveLength(count);
    expect(file.remove(ids)).toBe(true);
    expect(file.append([batch('events', 1)])).toBe(true);
  });

  it('sets a damaged batch aside, once, and goes on with the next', () => {
    file.append([batch('events', 2)]);
    const broken = batch('events', 3);
    broken.blob[40] ^= 1;
    file.append([broken]);
    file.append([batch('events', 4)]);
    // What was kept just now is given from memory; a new owner reads the file.
    reopen();
    expect(idsOf('events', { records: 1, bytes: Infinity, after: 1 })).toEqual([3]);
    expect(idsOf('events')).toEqual([1, 3]);
    expect(file.damagedRecords).toBe(3);
    expect(file.backlogs.get('events')?.records).toBe(6);
    let noted: unknown;
    reopen((db) => (noted = db.prepare('SELECT id, stream, records, reason FROM damaged').all()));
    expect(noted).toEqual([{ id: 2, stream: 'events', records: 3, reason: 'its checksum does not match' }]);
    expect(file.damagedRecords).toBe(3);
    expect(file.backlogs.get('events')?.records).toBe(6);
    expect(idsOf('events')).toEqual([1, 3]);
  });

  it('sets a damaged batch aside when the file is full', () => {
    const broken = batch('events', 3);
    broken.blob[40] ^= 1;
    file.append([broken]);
    const count = fill();
    reopen();
    expect(idsOf('events')).toHaveLength(count);
    expect(file.damagedRecords).toBe(3);
  });

  it('refuses a second owner in the same process by name, and lets it in when the first is gone', () => {
    expect(() => new SpoolFile(path, CAP)).toThrow(new SpoolInUse(path, process.pid));
    expect(idsOf('events')).toEqual([]);
    reopen();
  });

  it('refuses a file of a newer schema and leaves it as it is', () => {
    file.append([batch('events', 1)]);
    file.close();
    const db = new DatabaseSync(path);
    db.exec('PRAGMA user_version = 2');
    db.close();
    expect(() => new SpoolFile(path, CAP)).toThrow(/newer version: it has schema 2, this version knows 1/);
    const again = new DatabaseSync(path);
    again.exec('PRAGMA user_version = 1');
    again.close();
    file = new SpoolFile(path, CAP);
    expect(idsOf('events')).toEqual([1]);
  });

  it('refuses what is no spool', () => {
    const text = join(root, 'notes.txt');
    writeFileSync(
      text,
      'not a database, but long enough to be taken for one, if nobody looks at its first bytes\n'.repeat(20),
    );
    expect(() => new SpoolFile(text, CAP)).toThrow(SpoolFormatError);
    const foreign = join(root, 'foreign.db');
    const db = new DatabaseSync(foreign);
    db.exec('CREATE TABLE precious (a)');
    db.close();
    expect(() => new SpoolFile(foreign, CAP)).toThrow(SpoolFormatError);
  });

  it('gives a reader what it has not had, in order, however far behind it is and however often it begins anew', () => {
    let seed = 7;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    const reopenSmall = (): void => {
      file.close();
      // Holds a few of the batches in memory.
      file = new SpoolFile(path, CAP, 300_000);
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
        if (file.append([added])) reader.kept.push(number);
      } else if (step < 18) {
        const batches = file.read(stream, { records: 1 + random(80), bytes: Infinity, after: reader.after });
        const numbers = batches.map(({ arrivedMs }) => arrivedMs);
        expect(numbers).toEqual(reader.kept.slice(reader.read, reader.read + numbers.length));
        if (numbers.length === 0) expect(reader.read).toBe(reader.kept.length);
        reader.read += numbers.length;
        reader.after = batches.at(-1)?.id ?? reader.after;
        if (
          random(3) === 0 &&
          file.remove(batches.map(({ id }) => id)) &&
          reader.removed + numbers.length === reader.read
        )
          reader.removed = reader.read;
      } else {
        // A new reader is given all that was not removed.
        const rest = file.read(stream, ALL);
        file.remove(rest.map(({ id }) => id));
        reader.read = reader.removed = reader.kept.length;
        reader.after = rest.at(-1)?.id ?? reader.after;
      }
    }
    expect(readers.every(({ kept }) => kept.length > 100)).toBe(true);
  });
});
