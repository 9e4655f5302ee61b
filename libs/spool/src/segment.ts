import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { FRAME_HEADER_BYTES } from './frame';
import { FrameTable } from './frame-table';

/**
 * A segment is a piece of the file that has frames of one stream, one behind the other, after a header of 4 KiB. Little
 * endian:
 *
 *     0  u32  format and its version, "ASG1"
 *     4  u32  CRC-32 of bytes 8 to 127
 *     8  u64  its mark, drawn when it was begun
 *    16  f64  its generation: how many segments were begun before, over the life of the file
 *    24  u32  bytes of the stream's name, and behind them the name
 *   128  u32  CRC-32 of bytes 132 to the end
 *   132  u32  how many frames it had when this was written
 *   136       a bit for each frame that was removed
 *  2056       a bit for each frame that was set aside
 *
 * The first part is written once, the second each time a bit is set and when the segment takes no more, in place: that
 * takes no room on the disk. Where the second does not read as it was written it counts for nothing, and frames are
 * given once more.
 */
const FORMAT = 0x31475341;
const NAME_AT = 28;
const BITS_CRC_AT = 128;
const NOTED_AT = 132;
const REMOVED_AT = 136;
const MAP_BYTES = 1920;
const ASIDE_AT = REMOVED_AT + MAP_BYTES;

export const SEGMENT_HEADER_BYTES = 4096;
/** The longest name of a stream, bytes of UTF-8. */
export const MAX_NAME_BYTES = BITS_CRC_AT - NAME_AT;
/** A segment with so many frames is full. */
export const MAX_FRAMES = MAP_BYTES * 8;
/** Ids of a segment's frames begin at a multiple of this. */
const IDS = 2 ** 14;

/** The generation of the segment that has the frame of this id. */
export function generationOf(id: number): number {
  return Math.floor(id / IDS);
}

/** The place in its segment of the frame of this id. */
export function ordinalOf(id: number): number {
  return id % IDS;
}

/** A segment in use, and what is known of its frames. */
export class Segment {
  readonly frames = new FrameTable();
  readonly mark: bigint;
  readonly generation: number;
  readonly stream: string;
  /** Frames that were neither removed nor set aside. */
  live = 0;
  aside = 0;
  /** Where the last frame ends. */
  end = SEGMENT_HEADER_BYTES;
  /** Frames that it had when its header was written last: at least so many were acknowledged. */
  readonly noted: number;
  private sealed = false;
  private planned = 0;
  private plannedEnd = SEGMENT_HEADER_BYTES;
  /** No frame before it is live. */
  private firstLive = 0;
  private readonly view: DataView;

  private constructor(
    /** Its place in the file, counted in segments. */
    readonly slot: number,
    private readonly page: Uint8Array,
  ) {
    this.view = viewOf(page);
    this.mark = this.view.getBigUint64(8, true);
    this.generation = this.view.getFloat64(16, true);
    this.noted = this.view.getUint32(NOTED_AT, true);
    this.stream = Buffer.from(page.buffer, page.byteOffset + NAME_AT, this.view.getUint32(24, true)).toString('utf8');
  }

  /** One that is begun now. */
  static begin(slot: number, generation: number, stream: string): Segment {
    const page = new Uint8Array(SEGMENT_HEADER_BYTES);
    const view = viewOf(page);
    const name = Buffer.from(stream);
    view.setUint32(0, FORMAT, true);
    page.set(randomBytes(8), 8);
    view.setFloat64(16, generation, true);
    view.setUint32(24, name.length, true);
    page.set(name, NAME_AT);
    view.setUint32(4, crc32(page.subarray(8, BITS_CRC_AT)), true);
    return new Segment(slot, page);
  }

  /** One that has this header, without its frames; undefined when there is none, to the bit, as it was written. */
  static parse(slot: number, page: Uint8Array): Segment | undefined {
    const view = viewOf(page);
    if (view.getUint32(0, true) !== FORMAT) return undefined;
    if (view.getUint32(4, true) !== crc32(page.subarray(8, BITS_CRC_AT))) return undefined;
    if (view.getUint32(BITS_CRC_AT, true) !== bitsCrc(page)) page.fill(0, NOTED_AT);
    return new Segment(slot, page);
  }

  /** The header as it is to be written now. */
  header(): Uint8Array {
    this.view.setUint32(NOTED_AT, this.frames.count, true);
    this.view.setUint32(BITS_CRC_AT, bitsCrc(this.page), true);
    return this.page;
  }

  idOf(ordinal: number): number {
    return this.generation * IDS + ordinal;
  }

  /** Neither a frame that somebody is to be given, nor one to be looked into, nor one that is just being written. */
  get empty(): boolean {
    return this.live === 0 && this.aside === 0 && this.planned === 0;
  }

  /** It takes no more frames. */
  seal(): void {
    this.sealed = true;
  }

  /** Whether it has room for one more frame, with a blob of so many bytes, in `segmentBytes`. */
  fits(blobBytes: number, segmentBytes: number): boolean {
    return (
      !this.sealed &&
      this.frames.count + this.planned < MAX_FRAMES &&
      this.plannedEnd + FRAME_HEADER_BYTES + blobBytes <= segmentBytes
    );
  }

  /** Where the next frame goes and which it is; it is one of the segment's once it was added. */
  plan(blobBytes: number): { readonly offset: number; readonly ordinal: number } {
    const place = { offset: this.plannedEnd, ordinal: this.frames.count + this.planned };
    this.planned++;
    this.plannedEnd += FRAME_HEADER_BYTES + blobBytes;
    return place;
  }

  /** Nothing comes of what was planned. */
  rewind(): void {
    this.planned = 0;
    this.plannedEnd = this.end;
  }

  /** Takes a frame that is on disk; planned ones in the order of their planning. */
  add(offset: number, bytes: number, records: number, arrivedMs: number): void {
    if (this.planned > 0) this.planned--;
    const ordinal = this.frames.count;
    this.frames.add(offset, bytes, records, arrivedMs);
    this.end = offset + FRAME_HEADER_BYTES + bytes;
    this.plannedEnd = Math.max(this.plannedEnd, this.end);
    if (this.bit(ASIDE_AT, ordinal)) this.aside++;
    else if (!this.bit(REMOVED_AT, ordinal)) this.live++;
  }

  /** Forgets the last frame, which was not written to its end. */
  dropLast(): void {
    const ordinal = this.frames.count - 1;
    if (this.isLive(ordinal)) this.live--;
    if (this.isAside(ordinal)) this.aside--;
    // Another frame takes its place.
    for (const map of [REMOVED_AT, ASIDE_AT]) this.page[map + (ordinal >> 3)] &= ~(1 << (ordinal & 7));
    this.end = this.plannedEnd = this.frames.offset(ordinal);
    this.frames.pop();
  }

  isAside(ordinal: number): boolean {
    return this.bit(ASIDE_AT, ordinal);
  }

  isLive(ordinal: number): boolean {
    return ordinal < this.frames.count && !this.bit(REMOVED_AT, ordinal) && !this.bit(ASIDE_AT, ordinal);
  }

  /** The first live frame with an id behind this one; undefined when there is none. */
  nextLive(after: number): number | undefined {
    while (this.firstLive < this.frames.count && !this.isLive(this.firstLive)) this.firstLive++;
    const { count } = this.frames;
    for (let ordinal = Math.max(this.firstLive, after - this.idOf(0) + 1); ordinal < count; ordinal++) {
      if (this.isLive(ordinal)) return ordinal;
    }
    return undefined;
  }

  /** Marks a frame as removed; false when it is not there or was before. */
  remove(ordinal: number): boolean {
    return this.settle(REMOVED_AT, ordinal);
  }

  /** Marks a frame as one that is given to nobody and stays; false when it is not there or is not live. */
  setAside(ordinal: number): boolean {
    if (!this.settle(ASIDE_AT, ordinal)) return false;
    this.aside++;
    return true;
  }

  private settle(map: number, ordinal: number): boolean {
    if (!this.isLive(ordinal)) return false;
    this.page[map + (ordinal >> 3)] |= 1 << (ordinal & 7);
    this.live--;
    return true;
  }

  private bit(map: number, ordinal: number): boolean {
    return (this.page[map + (ordinal >> 3)] & (1 << (ordinal & 7))) !== 0;
  }
}

function bitsCrc(page: Uint8Array): number {
  return crc32(page.subarray(BITS_CRC_AT + 4));
}

function viewOf(page: Uint8Array): DataView {
  return new DataView(page.buffer, page.byteOffset, page.byteLength);
}
