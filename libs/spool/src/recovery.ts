import { checkBlob, type DamagedBlob } from './blob';
import { type DiskFile, unlessFull } from './disk-file';
import { FRAME_HEADER_BYTES, frameAt } from './frame';
import type { Journal } from './open-journal';
import { Segment, SEGMENT_HEADER_BYTES } from './segment';
import { FILE_HEADER_BYTES, segmentOffset } from './segment-room';
import { firstMark, scanFrames } from './segment-scan';
import type { Damage } from './spool-batch';

/** What a file holds that was left by another process or thread. */
export interface Recovered {
  /** With live frames or such that were set aside, in the order of their generations. */
  readonly segments: readonly Segment[];
  /** Segments that fit into the file, and of them those that are free. */
  readonly slots: number;
  readonly free: number[];
  readonly lastGeneration: number;
  readonly lastCommit: number;
  /** Per stream the highest id that a frame of it had. */
  readonly lastIds: ReadonlyMap<string, number>;
  /** What was found to be damaged, and is set aside now. */
  readonly damages: readonly Damage[];
  /** Records in segments whose header is lost: of what stream they are nobody knows. They stay where they are. */
  readonly strayRecords: number;
}

/** What lies in one place for a segment. */
interface Found {
  readonly slot: number;
  readonly base: number;
  /** With its frames; undefined when it has no header. */
  readonly segment: Segment | undefined;
  /** Those of the first and of the last frame; undefined without any. */
  readonly firstCommit: number | undefined;
  readonly lastCommit: number | undefined;
  /** Ordinal of the first frame of the last commit. */
  readonly lastFrom: number;
  /** Ordinals of frames whose headers are lost, and the commit of the frame behind each. */
  readonly lost: readonly { readonly ordinal: number; readonly commit: number }[];
  readonly records: number;
}

/** A frame whose header is lost had records, but how many is lost with it. */
const LOST_RECORDS = 1;
const HEADER_LOST = 'its header is lost';

/**
 * Finds the frames of a file. Those of the last commit may have been cut off by the crash that ended the process, in
 * which case nobody was told that they are kept: such a frame is taken out. Earlier ones were all on disk before the
 * last commit was written, and so were those that a header speaks of and all of a file that was closed in order: one of
 * these that is missing is damage, and is set aside.
 */
export function recover({ file, segmentBytes, closedCommit }: Journal): Recovered {
  const slots = wholeSlots(file, segmentBytes);
  const found = Array.from({ length: slots }, (_, slot) => find(file, slot, segmentBytes));
  const lastCommit = found.reduce((last, one) => Math.max(last, one.lastCommit ?? 0), closedCommit);
  let lastGeneration = found.reduce((last, { segment }) => Math.max(last, segment?.generation ?? 0), 0);
  const cutOff = lastCommit > closedCommit ? lastCommit : undefined;
  const segments: Segment[] = [];
  const free: number[] = [];
  const lastIds = new Map<string, number>();
  const damages: Damage[] = [];
  let strayRecords = 0;
  for (const one of found) {
    const { slot, segment, records } = one;
    if (segment === undefined) {
      if (one.firstCommit === undefined) free.push(slot);
      else if (one.firstCommit === cutOff) {
        // It was begun by the last commit. Nothing of it may be found when there is a later one.
        unlessFull(() => file.write(one.base, Segment.begin(slot, ++lastGeneration, '').header()));
        free.push(slot);
      } else {
        strayRecords += records;
        damages.push({ stream: undefined, id: undefined, records, reason: 'the header of their segment is lost' });
      }
      continue;
    }
    damages.push(...mend(one, segment, file, cutOff));
    const { count } = segment.frames;
    const { stream } = segment;
    if (count > 0) lastIds.set(stream, Math.max(lastIds.get(stream) ?? 0, segment.idOf(count - 1)));
    if (segment.empty) free.push(slot);
    else segments.push(segment);
  }
  segments.sort((a, b) => a.generation - b.generation);
  // The first places are taken first.
  free.reverse();
  return { segments, slots, free, lastGeneration, lastCommit, lastIds, damages, strayRecords };
}

/** Why a frame cannot be given: its header and its blob are not, to the bit, what was written. */
export function damageOf(header: Uint8Array, blob: Uint8Array, mark: bigint): string | undefined {
  const frame = frameAt(new DataView(header.buffer, header.byteOffset, header.byteLength), 0, mark);
  if (frame?.bytes !== blob.byteLength) return HEADER_LOST;
  try {
    checkBlob(blob, frame.blobCrc);
    return undefined;
  } catch (error) {
    return (error as DamagedBlob).message;
  }
}

/** Places for segments in the file. What it has of one in part is of a crash while it grew, or somebody cut it off. */
function wholeSlots(file: DiskFile, segmentBytes: number): number {
  const { size } = file;
  const slots = Math.floor(Math.max(0, size - FILE_HEADER_BYTES) / segmentBytes);
  const end = segmentOffset(slots, segmentBytes);
  if (size <= end) return slots;
  const page = new Uint8Array(SEGMENT_HEADER_BYTES);
  file.read(end, page);
  const isInUse = Segment.parse(slots, page) !== undefined;
  file.truncate(isInUse ? end + segmentBytes : end);
  file.syncAll();
  return isInUse ? slots + 1 : slots;
}

function find(file: DiskFile, slot: number, segmentBytes: number): Found {
  const base = segmentOffset(slot, segmentBytes);
  const page = new Uint8Array(SEGMENT_HEADER_BYTES);
  file.read(base, page);
  const segment = Segment.parse(slot, page);
  let firstCommit: number | undefined;
  let lastCommit: number | undefined;
  let lastFrom = 0;
  let sum = 0;
  const lost: { ordinal: number; commit: number }[] = [];
  const mark = segment?.mark ?? firstMark(file, base, segmentBytes);
  if (mark !== undefined) {
    scanFrames(file, base, segmentBytes, mark, ({ ordinal, commit, bytes, records, arrivedMs }, offset) => {
      firstCommit ??= commit;
      if (commit !== lastCommit) lastFrom = ordinal;
      lastCommit = commit;
      sum += records;
      for (let missing = segment?.frames.count ?? ordinal; missing < ordinal; missing++) {
        segment?.add(segment.end, 0, LOST_RECORDS, arrivedMs);
        lost.push({ ordinal: missing, commit });
      }
      segment?.add(offset, bytes, records, arrivedMs);
    });
  }
  return { slot, base, segment, firstCommit, lastCommit, lastFrom, lost, records: sum };
}

/** Takes out what was cut off, and sets aside what is lost; returns the latter. `cutOff`: the commit that may have been. */
function mend(found: Found, segment: Segment, file: DiskFile, cutOff: number | undefined): Damage[] {
  const { base, lost, lastFrom, lastCommit } = found;
  const { frames, noted } = segment;
  const torn = new Set<number>();
  const missing: number[] = [];
  for (const { ordinal, commit } of lost) {
    if (commit === cutOff && ordinal >= noted) torn.add(ordinal);
    else missing.push(ordinal);
  }
  if (lastCommit === cutOff) {
    for (let ordinal = Math.max(lastFrom, noted); ordinal < frames.count; ordinal++) {
      const at = base + frames.offset(ordinal);
      if (!torn.has(ordinal) && isTorn(file, at, frames.bytes(ordinal), segment.mark)) torn.add(ordinal);
    }
  }
  let changed = torn.size > 0;
  // Where the next frame goes no other may be found after the next crash.
  for (let last = frames.count - 1; torn.delete(last); last--) {
    const at = base + frames.offset(last);
    unlessFull(() => file.write(at, new Uint8Array(FRAME_HEADER_BYTES)));
    segment.dropLast();
  }
  for (const ordinal of torn) segment.remove(ordinal);
  // No frame is behind those that would tell where they were: nothing is written there.
  if (frames.count < noted) segment.seal();
  while (frames.count < noted) {
    missing.push(frames.count);
    segment.add(segment.end, 0, LOST_RECORDS, Date.now());
  }
  const damaged = missing.filter((ordinal) => segment.setAside(ordinal));
  changed ||= damaged.length > 0;
  if (changed) unlessFull(() => file.write(base, segment.header()));
  return damaged.map((ordinal) => ({
    ...{ stream: segment.stream, id: segment.idOf(ordinal) },
    ...{ records: LOST_RECORDS, reason: HEADER_LOST },
  }));
}

function isTorn(file: DiskFile, at: number, bytes: number, mark: bigint): boolean {
  const header = new Uint8Array(FRAME_HEADER_BYTES);
  const blob = new Uint8Array(bytes);
  return !file.read(at, header, blob) || damageOf(header, blob, mark) !== undefined;
}
