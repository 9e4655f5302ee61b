import { BLOB_HEADER_BYTES, MAX_BLOB_BYTES, putRecord, recordSpan } from './blob';
import type { Settlement } from './settlement';

/** Records of one blob at most, so that a reader's batch of some thousand rows is a whole number of blobs. */
export const MAX_BLOB_RECORDS = 1000;

/** Memory shared with the spool's thread in which one blob is gathered, and who waits for it. */
export class Slab {
  records = 0;
  /** Of the records, those that nobody waits for. */
  offered = 0;
  /** Where the next record goes. */
  end = BLOB_HEADER_BYTES;
  /** Unix milliseconds of its first record. */
  arrivedMs = 0;
  private waiting: Settlement[] = [];
  private readonly memory: Uint8Array;
  private readonly view: DataView;

  constructor(
    readonly number: number,
    slabs: SharedArrayBuffer,
  ) {
    this.memory = new Uint8Array(slabs, number * MAX_BLOB_BYTES, MAX_BLOB_BYTES);
    this.view = new DataView(slabs, number * MAX_BLOB_BYTES, MAX_BLOB_BYTES);
  }

  put(record: Uint8Array): void {
    if (this.records === 0) this.arrivedMs = Date.now();
    this.end = putRecord(this.memory, this.view, this.end, record);
    this.records++;
  }

  /** Has the settlement told what becomes of this slab. */
  tell(settlement: Settlement): void {
    if (this.waiting.at(-1) === settlement) return;
    this.waiting.push(settlement);
    settlement.hold();
  }

  /** Empties the slab; returns who waited for it. */
  finish(): Settlement[] {
    const { waiting } = this;
    this.waiting = [];
    this.records = 0;
    this.offered = 0;
    this.end = BLOB_HEADER_BYTES;
    return waiting;
  }
}

/** Whether a record of so many bytes goes into a blob that has these records and ends there. */
export function fits(records: number, end: number, bytes: number): boolean {
  return records < MAX_BLOB_RECORDS && end + recordSpan(bytes) <= MAX_BLOB_BYTES;
}

/** All slabs there are: the memory that may wait for the disk. */
export class SlabPool {
  readonly memory: SharedArrayBuffer;
  private readonly spare: Slab[];

  /** `bytes` is rounded down to whole slabs. */
  constructor(bytes: number) {
    this.count = Math.floor(bytes / MAX_BLOB_BYTES);
    // Pages that were never written to take no memory.
    this.memory = new SharedArrayBuffer(this.count * MAX_BLOB_BYTES);
    this.spare = Array.from({ length: this.count }, (_, i) => new Slab(this.count - 1 - i, this.memory));
  }

  readonly count: number;

  get free(): number {
    return this.spare.length;
  }

  take(): Slab | undefined {
    return this.spare.pop();
  }

  /** Takes back an emptied slab; the one used last is the next, as its pages are in memory already. */
  giveBack(slab: Slab): void {
    this.spare.push(slab);
  }
}
