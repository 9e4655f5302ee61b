import { closeSync, fsyncSync, mkdirSync, openSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { DiskFile } from './disk-file';
import { FileLock } from './file-lock';
import { readOwnerNote, writeOwnerNote } from './owner-note';
import { FILE_HEADER_BYTES, isSegmentSize, segmentBytesFor } from './segment-room';
import { SpoolFormatError, SpoolInUse } from './spool-error';

/**
 * The file begins with a header of 4 KiB, little endian: "ADLSPOOL", u32 version, u32 bytes of a segment, f64 the last
 * commit when it was closed in order, u32 CRC-32 of bytes 0 to 23. Segments follow, one behind the other.
 *
 * A file of a newer version is refused, because what it would mean to write to it is unknown.
 */
const FORMAT_VERSION = 2;
const NAME = Buffer.from('ADLSPOOL');
/** What version 1 was. */
const DATABASE = Buffer.from('SQLite format 3\0');
const CRC_AT = 24;
const OWNER_ONLY = 0o600;

/** What the header says. */
interface Header {
  readonly segmentBytes: number;
  /** All of this commit and those before is on disk; 0 before the file was first closed in order. */
  readonly closedCommit: number;
}

export interface Journal extends Header {
  /** Without links. */
  readonly path: string;
  readonly file: DiskFile;
  readonly lock: FileLock;
}

/**
 * Opens or creates the file for this owner alone; `maxBytes` is the cap of one that is made. Throws {@link SpoolInUse}
 * while another owner, in this process or another, holds it, {@link SpoolFormatError} for a file that is no spool of
 * ours, and what the disk says when it cannot be written.
 */
export function openJournal(name: string, maxBytes: number): Journal {
  mkdirSync(dirname(name), { recursive: true });
  const path = realPath(name);
  const lock = FileLock.take(`${path}.lock`);
  if (lock === undefined) throw new SpoolInUse(path, readOwnerNote(path));
  let file: DiskFile | undefined;
  try {
    file = DiskFile.openExisting(path) ?? create(path);
    const header = readHeader(file, path) ?? { segmentBytes: segmentBytesFor(maxBytes), closedCommit: 0 };
    // Written each time: a file that cannot be is no place to keep anything, and to write is how one finds out.
    writeHeader(file, header);
    file.sync();
    writeOwnerNote(path);
    return { path, file, lock, ...header };
  } catch (error) {
    file?.close();
    lock.release();
    throw error;
  }
}

/** An empty file is laid out anew when its cap is another now: its segments are to be as large as those of a new one. */
export function layOut(journal: Journal, maxBytes: number): Journal {
  const segmentBytes = segmentBytesFor(maxBytes);
  if (segmentBytes === journal.segmentBytes) return journal;
  const anew = { ...journal, segmentBytes };
  journal.file.truncate(FILE_HEADER_BYTES);
  writeHeader(journal.file, anew);
  journal.file.syncAll();
  return anew;
}

function create(path: string): DiskFile {
  // What is in it is nobody else's business.
  const file = new DiskFile(openSync(path, 'wx+', OWNER_ONLY));
  const folder = openSync(dirname(path), 'r');
  fsyncSync(folder);
  closeSync(folder);
  return file;
}

/** Gives the file up as it is; another owner can have it. */
export function giveUp({ file, lock }: Pick<Journal, 'file' | 'lock'>): void {
  file.close();
  lock.release();
}

/** Undefined for a file that was just made. */
function readHeader(file: DiskFile, path: string): Header | undefined {
  const header = Buffer.alloc(FILE_HEADER_BYTES);
  const { size } = file;
  file.read(0, header);
  // A crash while it was made may have left the length without the bytes.
  if (size <= FILE_HEADER_BYTES && header.every((byte) => byte === 0)) return undefined;
  if (header.subarray(0, DATABASE.length).equals(DATABASE)) {
    throw new SpoolFormatError(
      `the spool ${path} was written by an older version: let that one store what it holds, then remove the file`,
    );
  }
  if (!header.subarray(0, NAME.length).equals(NAME)) throw new SpoolFormatError(`${path} is not a spool`);
  const version = header.readUInt32LE(8);
  if (version > FORMAT_VERSION) {
    throw new SpoolFormatError(
      `the spool ${path} was written by a newer version: it has format ${version}, this version knows ${FORMAT_VERSION}`,
    );
  }
  const segmentBytes = header.readUInt32LE(12);
  if (header.readUInt32LE(CRC_AT) !== crc32(header.subarray(0, CRC_AT)) || !isSegmentSize(segmentBytes)) {
    throw new SpoolFormatError(`the header of the spool ${path} is damaged`);
  }
  return { segmentBytes, closedCommit: header.readDoubleLE(16) };
}

/** Writes the header; a sync is the caller's. */
export function writeHeader(file: DiskFile, { segmentBytes, closedCommit }: Header): void {
  const header = Buffer.alloc(FILE_HEADER_BYTES);
  NAME.copy(header);
  header.writeUInt32LE(FORMAT_VERSION, 8);
  header.writeUInt32LE(segmentBytes, 12);
  header.writeDoubleLE(closedCommit, 16);
  header.writeUInt32LE(crc32(header.subarray(0, CRC_AT)), CRC_AT);
  file.write(0, header);
}

/** The name without links, so that whoever comes by way of one meets the same lock. */
function realPath(name: string): string {
  const folder = realpathSync(dirname(name));
  try {
    return realpathSync(name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return join(folder, basename(name));
  }
}
