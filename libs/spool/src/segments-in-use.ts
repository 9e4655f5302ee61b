import { generationOf, type Segment } from './segment';
import type { SegmentRoom } from './segment-room';

/** Where a batch is. */
export interface FramePlace {
  readonly segment: Segment;
  readonly ordinal: number;
}

/** Which segments hold the batches of which stream. */
export class SegmentsInUse {
  /** Per stream, oldest first; the last one takes what comes next. */
  private readonly streams = new Map<string, Segment[]>();
  private readonly byGeneration = new Map<number, Segment>();
  /** Per stream the highest generation a segment of it ever had: only that one takes more, so that ids never fall. */
  private readonly newest = new Map<string, number>();

  /** `lastIds`: per stream the highest id that there was. */
  constructor(
    private readonly room: SegmentRoom,
    lastIds: ReadonlyMap<string, number>,
  ) {
    for (const [stream, id] of lastIds) this.newest.set(stream, generationOf(id));
  }

  /** Takes a segment in, as the one that takes what comes next of its stream. */
  add(segment: Segment): void {
    const segments = this.streams.get(segment.stream);
    if (segments === undefined) this.streams.set(segment.stream, [segment]);
    else segments.push(segment);
    this.byGeneration.set(segment.generation, segment);
    this.newest.set(segment.stream, Math.max(segment.generation, this.newest.get(segment.stream) ?? 0));
  }

  /** The segment that takes what comes next of a stream. */
  current(stream: string): Segment | undefined {
    const last = this.streams.get(stream)?.at(-1);
    return last?.generation === this.newest.get(stream) ? last : undefined;
  }

  /** The segments that are taking what comes next of their streams. */
  get allCurrent(): Segment[] {
    return [...this.streams.keys()].map((stream) => this.current(stream)).filter((one) => one !== undefined);
  }

  /** The segment that has, or had, the batch of this id. */
  byId(id: number): Segment | undefined {
    return Number.isSafeInteger(id) ? this.byGeneration.get(generationOf(id)) : undefined;
  }

  /** The first live batch of a stream behind this id. */
  next(stream: string, after: number): FramePlace | undefined {
    for (const segment of this.streams.get(stream) ?? []) {
      const ordinal = segment.nextLive(after);
      if (ordinal !== undefined) return { segment, ordinal };
    }
    return undefined;
  }

  /** Bytes of the segments that hold something. */
  get usedBytes(): number {
    const empty = this.allCurrent.filter((segment) => segment.empty);
    return (this.room.usedSlots - empty.length) * this.room.segmentBytes;
  }

  /** Gives an empty segment's place back; false when it holds something, or was let go before. */
  letGoIfEmpty(segment: Segment): boolean {
    const segments = this.streams.get(segment.stream) ?? [];
    const at = segments.indexOf(segment);
    if (at < 0 || !segment.empty) return false;
    segments.splice(at, 1);
    this.byGeneration.delete(segment.generation);
    this.room.give(segment.slot);
    return true;
  }

  /** Gives a place back that a stream has and does not need now; false when there is none. */
  letGoOfOne(): boolean {
    return this.allCurrent.some((segment) => this.letGoIfEmpty(segment));
  }
}
