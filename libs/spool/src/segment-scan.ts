import { MAX_BLOB_BYTES } from './blob';
import type { DiskFile } from './disk-file';
import { type Frame, FRAME_HEADER_BYTES, frameAt } from './frame';
import { MAX_FRAMES, SEGMENT_HEADER_BYTES } from './segment';

const WINDOW_BYTES = 64 << 10;
const ALIGNMENT = 8;

/**
 * Tells of the frames of a segment that begins at `base` in the file, by their headers, and where in the segment each
 * begins. Where one cannot be read those behind it are looked for: ordinals grow, and tell how many are missing; commits
 * do not fall, or it is left of a group for which there was no room. `mark` is that of the segment.
 */
export function scanFrames(
  file: DiskFile,
  base: number,
  segmentBytes: number,
  mark: bigint,
  found: (frame: Frame, offset: number) => void,
): void {
  const window = new Window(file, base, segmentBytes);
  let ordinal = 0;
  let commit = 0;
  for (let at = SEGMENT_HEADER_BYTES; at + FRAME_HEADER_BYTES <= segmentBytes;) {
    const frame = window.frameAt(at, mark);
    if (frame !== undefined && frame.ordinal >= ordinal && frame.commit >= commit && isPossible(frame)) {
      found(frame, at);
      ordinal = frame.ordinal + 1;
      ({ commit } = frame);
      at += FRAME_HEADER_BYTES + frame.bytes;
    } else at += ALIGNMENT;
  }
}

/** The mark of the first frame in a segment whose own header is lost; undefined when no frame is there. */
export function firstMark(file: DiskFile, base: number, segmentBytes: number): bigint | undefined {
  const window = new Window(file, base, segmentBytes);
  for (let at = SEGMENT_HEADER_BYTES; at + FRAME_HEADER_BYTES <= segmentBytes; at += ALIGNMENT) {
    const frame = window.frameAt(at);
    if (frame !== undefined) return frame.mark;
  }
  return undefined;
}

function isPossible({ ordinal, bytes }: Frame): boolean {
  return ordinal < MAX_FRAMES && bytes % ALIGNMENT === 0 && bytes <= MAX_BLOB_BYTES;
}

/** A piece of the segment in memory, moved on as far as is asked for. */
class Window {
  private memory = new DataView(new ArrayBuffer(0));
  private start = 0;

  constructor(
    private readonly file: DiskFile,
    private readonly base: number,
    private readonly segmentBytes: number,
  ) {}

  frameAt(at: number, mark?: bigint): Frame | undefined {
    if (at < this.start || at + FRAME_HEADER_BYTES > this.start + this.memory.byteLength) this.moveTo(at);
    return frameAt(this.memory, at - this.start, mark);
  }

  private moveTo(at: number): void {
    const piece = new Uint8Array(Math.min(WINDOW_BYTES, this.segmentBytes - at));
    // What the disk cannot read is as good as zeros.
    this.file.read(this.base + at, piece);
    this.memory = new DataView(piece.buffer);
    this.start = at;
  }
}
