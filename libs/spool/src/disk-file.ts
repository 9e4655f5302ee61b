import {
  closeSync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  fstatSync,
  openSync,
  readvSync,
  writevSync,
} from 'node:fs';

/** An open file, read and written at places. Errors are those of the system calls. */
export class DiskFile {
  /** Times the disk was asked to sync. */
  syncs = 0;

  constructor(private readonly fd: number) {}

  /** Opens a file that is there; undefined when there is none. */
  static openExisting(path: string): DiskFile | undefined {
    try {
      return new DiskFile(openSync(path, 'r+'));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  get size(): number {
    return fstatSync(this.fd).size;
  }

  /** Writes all of it, one piece behind the other. */
  write(at: number, ...pieces: Uint8Array[]): void {
    let left = pieces;
    let position = at;
    for (;;) {
      const written = writevSync(this.fd, left, position);
      left = behind(left, written);
      if (left.length === 0) return;
      // The disk took a part only; asked for the rest it says why.
      position += written;
    }
  }

  /** Fills the pieces one behind the other; false when the file ends before, or the disk cannot read it. */
  read(at: number, ...pieces: Uint8Array[]): boolean {
    let left = pieces;
    let position = at;
    while (left.length > 0) {
      const read = unless(/EIO/, () => readvSync(this.fd, left, position)) ?? 0;
      if (read === 0) return false;
      left = behind(left, read);
      position += read;
    }
    return true;
  }

  /** What was written is on the disk when it returns; of the file's length only what is needed to read it. */
  sync(): void {
    this.syncs++;
    fdatasyncSync(this.fd);
  }

  /** The same with everything that is known of the file. */
  syncAll(): void {
    this.syncs++;
    fsyncSync(this.fd);
  }

  /** Makes the file so long: what is added reads as zeros. */
  truncate(bytes: number): void {
    ftruncateSync(this.fd, bytes);
  }

  close(): void {
    closeSync(this.fd);
  }
}

/** Does the work; false when it failed because the disk is full. Throws any other error. */
export function unlessFull(work: () => void): boolean {
  return unless(/ENOSPC|EDQUOT/, () => (work(), true)) ?? false;
}

/** What the work returns; undefined when it failed with one of these codes. */
function unless<T>(codes: RegExp, work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!codes.test((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return undefined;
  }
}

function behind(pieces: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let skip = bytes;
  const left: Uint8Array[] = [];
  for (const piece of pieces) {
    if (skip < piece.byteLength) left.push(skip === 0 ? piece : piece.subarray(skip));
    skip = Math.max(0, skip - piece.byteLength);
  }
  return left;
}
