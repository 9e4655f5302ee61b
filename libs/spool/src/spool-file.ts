import { crcOf } from './blob';
import { type DiskFile, unlessFull } from './disk-file';
import type { Backlog } from './figures';
import { FRAME_HEADER_BYTES, putFrame } from './frame';
import { FreshBatches } from './fresh-batches';
import { giveUp, type Journal, layOut, openJournal, writeHeader } from './open-journal';
import { removeOwnerNote } from './owner-note';
import { damageOf, type Recovered, recover } from './recovery';
import { ordinalOf, Segment } from './segment';
import { SegmentRoom } from './segment-room';
import { type FramePlace, SegmentsInUse } from './segments-in-use';
import type { Damage, NewBatch, ReadBatch, ReadLimit, StoredBatch } from './spool-batch';

/** Half a second of 30 MB a second: a reader that keeps up is at what came while it stored the batch before. */
const FRESH_BYTES = 16 << 20;

export interface SpoolFileOptions {
  /** The most the file may hold, bytes. */
  readonly maxBytes: number;
  /** Bytes of batches that are held in memory as well. */
  readonly freshBytes?: number | undefined;
  /** Told of each batch that does not read as it was written, once. */
  readonly onDamage?: (damage: Damage) => void;
}

interface Placed extends FramePlace {
  readonly offset: number;
  readonly batch: NewBatch;
}

/**
 * The file of a spool: segments, each with the batches of one stream, one behind the other. A segment all of whose
 * batches were removed is begun anew. Every call waits for the disk, so all of them belong in a thread of their own.
 */
export class SpoolFile {
  /** Per stream what waits to be removed; streams that were never seen are absent. */
  readonly backlogs = new Map<string, Backlog>();
  /** Records in batches that were set aside. */
  damagedRecords = 0;
  readonly room: SegmentRoom;
  private readonly file: DiskFile;
  private readonly onDamage: (damage: Damage) => void;
  private readonly segments: SegmentsInUse;
  private readonly fresh: FreshBatches;
  private readonly frameHeader = new Uint8Array(FRAME_HEADER_BYTES);
  private readonly frameView = new DataView(this.frameHeader.buffer);
  private generation: number;
  private commit: number;

  private constructor(
    readonly journal: Journal,
    found: Recovered,
    { maxBytes, freshBytes = FRESH_BYTES, onDamage = () => undefined }: SpoolFileOptions,
  ) {
    this.file = journal.file;
    this.onDamage = onDamage;
    this.generation = found.lastGeneration;
    this.commit = found.lastCommit;
    this.damagedRecords = found.strayRecords;
    this.room = new SegmentRoom(this.file, journal.segmentBytes, maxBytes, found.slots, found.free);
    this.segments = new SegmentsInUse(this.room, found.lastIds);
    for (const segment of found.segments) this.take(segment);
    this.fresh = new FreshBatches(freshBytes, found.lastIds);
    // What recovery has mended, and what the owner before had removed, is on disk before anything is written over it.
    this.room.sync();
    found.damages.forEach(onDamage);
  }

  /** Throws as {@link openJournal} does. */
  static open(path: string, options: SpoolFileOptions): SpoolFile {
    const journal = openJournal(path, options.maxBytes);
    try {
      const found = recover(journal);
      const empty = found.segments.length === 0 && found.strayRecords === 0;
      const laidOut = empty ? layOut(journal, options.maxBytes) : journal;
      return new SpoolFile(laidOut, laidOut === journal ? found : { ...found, slots: 0, free: [] }, options);
    } catch (error) {
      giveUp(journal);
      throw error;
    }
  }

  /** Times the disk was asked to sync since the file was opened. */
  get syncs(): number {
    return this.file.syncs;
  }

  get capBytes(): number {
    return this.room.capBytes;
  }

  get usedBytes(): number {
    return this.segments.usedBytes;
  }

  /** Keeps all batches, on disk when it returns, or none: false when there is no room. Throws when the disk fails. */
  append(batches: readonly NewBatch[]): boolean {
    const placed = this.place(batches);
    if (placed === undefined) return false;
    this.commit++;
    const written = unlessFull(() => {
      for (const one of placed) this.write(one);
      this.room.sync();
    });
    if (!written) {
      this.undo(placed);
      return false;
    }
    for (const { segment, offset, ordinal, batch } of placed) {
      const { stream, records, arrivedMs, blob } = batch;
      segment.add(offset, blob.byteLength, records, arrivedMs);
      this.changeBacklog(stream, records);
      this.fresh.keep({ id: segment.idOf(ordinal), stream, records, arrivedMs, blob });
    }
    return true;
  }

  /** The oldest batches of a stream. What does not read as it was written is set aside and never given. */
  read(stream: string, limit: ReadLimit): StoredBatch[] {
    const batches: StoredBatch[] = [];
    let { after = 0 } = limit;
    let records = 0;
    let bytes = 0;
    for (;;) {
      const fresh = this.fresh.find(stream, after);
      const batch: ReadBatch | undefined = fresh ?? this.readNext(stream, after);
      if (batch === undefined) return batches;
      after = batch.id;
      records += batch.records;
      bytes += batch.blob.byteLength;
      if (batches.length > 0 && (records > limit.records || bytes > limit.bytes)) return batches;
      if (fresh !== undefined) this.fresh.forget(fresh);
      batches.push({ id: batch.id, arrivedMs: batch.arrivedMs, blob: batch.blob });
      if (records >= limit.records || bytes >= limit.bytes) return batches;
    }
  }

  /**
   * Removes batches; those that are gone already are no error. It is on disk with what is kept next: after a loss of
   * power, not after a mere crash, batches that were removed last may be given again.
   */
  remove(ids: readonly number[]): void {
    const touched = new Set<Segment>();
    for (const id of ids) {
      const segment = this.segments.byId(id);
      if (segment?.remove(ordinalOf(id)) !== true) continue;
      touched.add(segment);
      this.changeBacklog(segment.stream, -segment.frames.records(ordinalOf(id)));
    }
    for (const segment of touched) {
      this.writeHeader(segment);
      if (segment !== this.segments.current(segment.stream)) this.segments.letGoIfEmpty(segment);
    }
  }

  /** What nobody should wait for. */
  tidy(): void {
    this.room.tidy();
  }

  /** Gives the file up; another owner can have it. */
  close(): void {
    for (const segment of this.segments.allCurrent) this.writeHeader(segment);
    unlessFull(() => writeHeader(this.file, { ...this.journal, closedCommit: this.commit }));
    this.file.sync();
    removeOwnerNote(this.journal.path);
    giveUp(this.journal);
  }

  /** Where each batch goes; undefined when there is no room for all of them. */
  private place(batches: readonly NewBatch[]): Placed[] | undefined {
    const placed: Placed[] = [];
    for (const batch of batches) {
      const segment = this.segmentFor(batch);
      if (segment === undefined) {
        this.undo(placed);
        return undefined;
      }
      placed.push({ segment, batch, ...segment.plan(batch.blob.byteLength) });
    }
    return placed;
  }

  /** Nothing comes of what was planned, and nothing of it is found by whoever opens the file next. */
  private undo(placed: readonly Placed[]): void {
    for (const { segment, offset } of placed) {
      unlessFull(() => this.file.write(this.room.offsetOf(segment.slot) + offset, new Uint8Array(FRAME_HEADER_BYTES)));
      segment.rewind();
      if (segment !== this.segments.current(segment.stream)) this.segments.letGoIfEmpty(segment);
    }
  }

  private segmentFor({ stream, blob }: NewBatch): Segment | undefined {
    const current = this.segments.current(stream);
    if (current?.fits(blob.byteLength, this.room.segmentBytes) === true) return current;
    // A header that knows of all frames: the segment takes no more.
    if (current !== undefined && !this.segments.letGoIfEmpty(current)) this.writeHeader(current);
    const slot = this.room.take() ?? (this.segments.letGoOfOne() ? this.room.take() : undefined);
    if (slot === undefined) return undefined;
    const segment = Segment.begin(slot, ++this.generation, stream);
    if (!this.writeHeader(segment)) {
      this.room.give(slot);
      return undefined;
    }
    this.segments.add(segment);
    return segment;
  }

  /** Takes in a segment that was found, and counts what it has. */
  private take(segment: Segment): void {
    this.segments.add(segment);
    const { frames, stream } = segment;
    let records = 0;
    for (let ordinal = 0; ordinal < frames.count; ordinal++) {
      if (segment.isLive(ordinal)) records += frames.records(ordinal);
      if (segment.isAside(ordinal)) this.damagedRecords += frames.records(ordinal);
    }
    if (records > 0) this.changeBacklog(stream, records);
  }

  private write({ segment, offset, ordinal, batch }: Placed): void {
    const { records, arrivedMs, blob } = batch;
    putFrame(this.frameView, {
      mark: segment.mark,
      commit: this.commit,
      arrivedMs,
      ordinal,
      records,
      bytes: blob.byteLength,
      blobCrc: crcOf(blob),
    });
    this.file.write(this.room.offsetOf(segment.slot) + offset, this.frameHeader, blob);
  }

  /** False when a disk that gives new room to each write has none, as those do that copy on write. */
  private writeHeader(segment: Segment): boolean {
    return unlessFull(() => this.file.write(this.room.offsetOf(segment.slot), segment.header()));
  }

  private readNext(stream: string, after: number): ReadBatch | undefined {
    for (;;) {
      const place = this.segments.next(stream, after);
      if (place === undefined) return undefined;
      const batch = this.readBatch(place);
      if (batch !== undefined) return batch;
    }
  }

  /** The batch of a frame; undefined, and set aside, when it does not read as it was written. */
  private readBatch({ segment, ordinal }: FramePlace): ReadBatch | undefined {
    const { frames, stream } = segment;
    const header = new Uint8Array(FRAME_HEADER_BYTES);
    const blob = new Uint8Array(frames.bytes(ordinal));
    const whole = this.file.read(this.room.offsetOf(segment.slot) + frames.offset(ordinal), header, blob);
    const reason = whole ? damageOf(header, blob, segment.mark) : 'it cannot be read';
    const id = segment.idOf(ordinal);
    const records = frames.records(ordinal);
    if (reason === undefined) return { id, records, arrivedMs: frames.arrivedMs(ordinal), blob };
    segment.setAside(ordinal);
    this.writeHeader(segment);
    this.damagedRecords += records;
    this.changeBacklog(stream, -records);
    this.onDamage({ stream, id, records, reason });
    return undefined;
  }

  private changeBacklog(stream: string, records: number): void {
    const before = this.backlogs.get(stream)?.records ?? 0;
    const oldest = this.segments.next(stream, -1);
    const oldestMs = oldest?.segment.frames.arrivedMs(oldest.ordinal) ?? 0;
    this.backlogs.set(stream, { records: before + records, oldestMs });
  }
}
