import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SeededRandom } from '@adlift/training';
import { BLOB_HEADER_BYTES, putRecord, sealBlob } from './blob';
import { FRAME_HEADER_BYTES } from './frame';
import type { Damage, NewBatch, ReadLimit } from './spool-batch';
import { SpoolFile } from './spool-file';

export const MIB = 1 << 20;
export const CAP = 16 * MIB;
export const ALL: ReadLimit = { records: Infinity, bytes: Infinity };

/** Draws below a bound, the same in each run. */
export function seeded(seed: number): (below: number) => number {
  const random = new SeededRandom(seed);
  return (below) => Math.floor(random.next() * below);
}

export function batch(stream: string, records: number, bytes = 100, arrivedMs = 5): NewBatch {
  const blob = new Uint8Array(MIB);
  let end = BLOB_HEADER_BYTES;
  for (let i = 0; i < records; i++) {
    end = putRecord(blob, new DataView(blob.buffer), end, new Uint8Array(bytes).fill(i));
  }
  sealBlob(blob.subarray(0, end), records);
  return { stream, records, arrivedMs, blob: blob.subarray(0, end) };
}

/** Where a batch lies in the file: its frame begins so many bytes before its blob. */
export function placeOf(bytes: Buffer, { blob }: NewBatch): number {
  const at = bytes.indexOf(blob);
  if (at < 0) throw new Error('the file does not have this batch');
  return at - FRAME_HEADER_BYTES;
}

/** The file that a test is about: a new one for each. */
export class FileOnTrial {
  readonly root = mkdtempSync(join(tmpdir(), 'adlift-spool-'));
  path = '';
  damages: Damage[] = [];
  private opened: SpoolFile | undefined;
  private files = 0;

  /** To be called where the tests are described. */
  static forEach(): FileOnTrial {
    const trial = new FileOnTrial();
    beforeEach(() => {
      trial.damages = [];
      trial.path = join(trial.root, `${++trial.files}`, 'spool');
      trial.open();
    });
    afterEach(() => trial.close());
    afterAll(() => rmSync(trial.root, { recursive: true }));
    return trial;
  }

  get file(): SpoolFile {
    if (this.opened === undefined) throw new Error('the file is closed');
    return this.opened;
  }

  open(path = this.path, cap = CAP, freshBytes?: number): void {
    this.opened = SpoolFile.open(path, { maxBytes: cap, freshBytes, onDamage: (damage) => this.damages.push(damage) });
    this.path = path;
  }

  close(): void {
    this.opened?.close();
    this.opened = undefined;
  }

  get segmentBytes(): number {
    return this.file.room.segmentBytes;
  }

  /** Closes the file, has the test change its bytes, and opens it again. */
  reopen(change: (bytes: Buffer) => void = () => undefined): void {
    this.close();
    const bytes = readFileSync(this.path);
    change(bytes);
    writeFileSync(this.path, bytes);
    this.open();
  }

  /** Leaves the file as it is now, as a crash does, has the test change its bytes, and opens it again. */
  crash(change: (bytes: Buffer) => void = () => undefined, cap = CAP): void {
    const bytes = readFileSync(this.path);
    this.close();
    change(bytes);
    writeFileSync(this.path, bytes);
    this.open(this.path, cap);
  }

  /** Batches of a stream as the file gives them, by the moment of their arrival. */
  given(stream: string, limit = ALL): number[] {
    return this.file.read(stream, limit).map(({ arrivedMs }) => arrivedMs);
  }

  idsOf(stream: string, limit = ALL): number[] {
    return this.file.read(stream, limit).map(({ id }) => id);
  }

  /** Fills the file with blobs of 500 kB until it refuses; returns how many went in. */
  fill(): number {
    let count = 0;
    while (this.file.append([batch('events', 1, 500_000)])) count++;
    return count;
  }
}
