import { crc32 } from 'node:zlib';

/**
 * A frame is one batch as a segment has it: a header, and the blob behind it. Little endian:
 *
 *     0  u32  format and its version, "ASF1"
 *     4  u32  CRC-32 of bytes 8 to 47
 *     8  u64  the mark of the segment it was written into
 *    16  f64  number of its commit
 *    24  f64  Unix milliseconds of its first record
 *    32  u32  its place among the frames of the segment, from 0
 *    36  u32  number of records
 *    40  u32  bytes of the blob
 *    44  u32  the checksum that the blob has of itself
 *
 * The mark is drawn when a segment is begun: what was left of frames that lay there before, and what a caller wrote into
 * a record to look like a frame, is none.
 */
const FORMAT = 0x31465341;
const CRC_AT = 4;
const CHECKED_AT = 8;

/** Bytes before the blob, a multiple of 8 as a blob is. */
export const FRAME_HEADER_BYTES = 48;

export interface Frame {
  readonly mark: bigint;
  /** Frames of one commit were on disk together: those of an earlier one, before any of a later one was written. */
  readonly commit: number;
  readonly arrivedMs: number;
  readonly ordinal: number;
  readonly records: number;
  /** Of the blob. */
  readonly bytes: number;
  readonly blobCrc: number;
}

/** Writes the header of a frame into so many bytes of memory. */
export function putFrame(header: DataView, frame: Frame): void {
  header.setUint32(0, FORMAT, true);
  header.setBigUint64(8, frame.mark, true);
  header.setFloat64(16, frame.commit, true);
  header.setFloat64(24, frame.arrivedMs, true);
  header.setUint32(32, frame.ordinal, true);
  header.setUint32(36, frame.records, true);
  header.setUint32(40, frame.bytes, true);
  header.setUint32(44, frame.blobCrc, true);
  header.setUint32(CRC_AT, checksum(header, 0), true);
}

/**
 * The frame whose header begins at `at`; undefined when there is none, to the bit, as it was written, or not with this
 * mark if one is given.
 */
export function frameAt(memory: DataView, at: number, mark?: bigint): Frame | undefined {
  if (at + FRAME_HEADER_BYTES > memory.byteLength || memory.getUint32(at, true) !== FORMAT) return undefined;
  if (mark !== undefined && memory.getBigUint64(at + 8, true) !== mark) return undefined;
  if (memory.getUint32(at + CRC_AT, true) !== checksum(memory, at)) return undefined;
  return {
    mark: memory.getBigUint64(at + 8, true),
    commit: memory.getFloat64(at + 16, true),
    arrivedMs: memory.getFloat64(at + 24, true),
    ordinal: memory.getUint32(at + 32, true),
    records: memory.getUint32(at + 36, true),
    bytes: memory.getUint32(at + 40, true),
    blobCrc: memory.getUint32(at + 44, true),
  };
}

function checksum(memory: DataView, at: number): number {
  return crc32(new Uint8Array(memory.buffer, memory.byteOffset + at + CHECKED_AT, FRAME_HEADER_BYTES - CHECKED_AT));
}
