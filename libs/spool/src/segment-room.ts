import { FRAME_HEADER_BYTES } from './frame';
import { MAX_BLOB_BYTES } from './blob';
import { type DiskFile, unlessFull } from './disk-file';
import { SEGMENT_HEADER_BYTES } from './segment';

/** Before the first segment. */
export const FILE_HEADER_BYTES = 4096;
/** The smallest cap: it has room for the largest group of batches, with a segment for each. */
export const MIN_FILE_BYTES = 16 << 20;
const PAGE_BYTES = 4096;
/** Holds the largest blob. */
const LEAST_SEGMENT_BYTES = SEGMENT_HEADER_BYTES + PAGE_BYTES + MAX_BLOB_BYTES;
/** Larger ones waste less behind their last frame, and take longer to be added to the file. */
const MOST_SEGMENT_BYTES = 4 << 20;
const LEAST_SEGMENTS = 16;
const GROW_AGAIN_MS = 1000;

/** Bytes of a segment of a file with this cap; one that was made with another cap keeps its own. */
export function segmentBytesFor(maxBytes: number): number {
  const share = Math.floor(maxBytes / LEAST_SEGMENTS / PAGE_BYTES) * PAGE_BYTES;
  return Math.max(LEAST_SEGMENT_BYTES, Math.min(MOST_SEGMENT_BYTES, share));
}

/** Where in the file the segment in a place begins. */
export function segmentOffset(slot: number, segmentBytes: number): number {
  return FILE_HEADER_BYTES + slot * segmentBytes;
}

/** Whether a file can have segments of so many bytes. */
export function isSegmentSize(bytes: number): boolean {
  return bytes >= SEGMENT_HEADER_BYTES + FRAME_HEADER_BYTES + MAX_BLOB_BYTES && bytes <= MOST_SEGMENT_BYTES;
}

/**
 * The places for segments in the file. A place is written as zeros before it is first used, so that all later writes
 * go where the disk has given room already: they cannot fail for want of it, and a sync has nothing to note but them.
 */
export class SegmentRoom {
  private readonly capSlots: number;
  /** Given back, but the disk may not know it yet. */
  private readonly freed: number[] = [];
  private growAgainMs = 0;

  /** The file has `slots` places, of which these are free. */
  constructor(
    private readonly file: DiskFile,
    readonly segmentBytes: number,
    maxBytes: number,
    private slots: number,
    private readonly free: number[],
  ) {
    this.capSlots = Math.floor((maxBytes - FILE_HEADER_BYTES) / segmentBytes);
  }

  get capBytes(): number {
    return this.capSlots * this.segmentBytes;
  }

  get usedSlots(): number {
    return this.slots - this.free.length - this.freed.length;
  }

  /** Where the segment in this place begins. */
  offsetOf(slot: number): number {
    return segmentOffset(slot, this.segmentBytes);
  }

  /** A free place; undefined when there is none and none can be added. */
  take(): number | undefined {
    if (this.usedSlots >= this.capSlots) return undefined;
    // What lay there must be known as removed before it is written over: else a crash would bring back parts of it.
    if (this.free.length === 0 && this.freed.length > 0) this.sync();
    if (this.free.length === 0) this.grow();
    return this.free.pop();
  }

  /** Gives a place back, all of whose frames are marked as removed. The one given back last is the next to be taken. */
  give(slot: number): void {
    this.freed.push(slot);
  }

  /** Everything written is on disk when it returns. */
  sync(): void {
    this.file.sync();
    this.free.push(...this.freed.splice(0));
  }

  /** What nobody should wait for: adds a place when there is none to go on to. */
  tidy(): void {
    if (this.free.length === 0 && this.freed.length === 0) this.grow();
  }

  private grow(): void {
    if (this.slots >= this.capSlots || performance.now() < this.growAgainMs) return;
    const end = this.offsetOf(this.slots);
    let grown = false;
    try {
      grown = unlessFull(() => {
        this.file.write(end, new Uint8Array(this.segmentBytes));
        this.file.syncAll();
      });
    } finally {
      // What fitted of it is given back: others may need it, and a place is no use in part.
      if (!grown) this.file.truncate(end);
    }
    if (grown) this.free.push(this.slots++);
    else this.growAgainMs = performance.now() + GROW_AGAIN_MS;
  }
}
