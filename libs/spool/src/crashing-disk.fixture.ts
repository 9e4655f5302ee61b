import { closeSync, openSync, writeSync } from 'node:fs';
import { DiskFile } from './disk-file';

/** The process is gone in the middle of something. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

/** What ends it: a kill leaves what was written to the operating system, a loss of power any part of what was not synced. */
export type CrashKind = 'kill' | 'power';

type Write = (this: DiskFile, at: number, ...pieces: Uint8Array[]) => void;

/**
 * Stands between all DiskFiles and the disk. It lets a process die at any write or sync, keeps what the disk had before
 * the last sync so that power can be lost, and can be full.
 */
export class CrashingDisk {
  /** Writes and syncs until the crash. */
  fuse = Infinity;
  kind: CrashKind = 'kill';
  /** Bytes beyond which no file can grow. */
  room = Infinity;
  private readonly before = new Map<number, Buffer>();
  private readonly own = Object.getOwnPropertyDescriptors(DiskFile.prototype);

  /** `sectorBytes` reach the disk together or not at all; `random` draws below a bound; `synced` is told of each sync. */
  constructor(
    private readonly sectorBytes: number,
    private readonly random: (below: number) => number,
    private readonly synced: () => void,
  ) {}

  /** Until `remove`. */
  install(): void {
    const write = (file: DiskFile, at: number, bytes: Buffer): void => this.write(file, at, bytes);
    const syncNow = (): void => this.sync();
    const sync = function (this: DiskFile): void {
      syncNow();
      this.syncs++;
    };
    Object.assign(DiskFile.prototype, {
      write(this: DiskFile, at: number, ...pieces: Uint8Array[]): void {
        write(this, at, Buffer.concat(pieces.map((piece) => Buffer.from(piece))));
      },
      sync,
      syncAll: sync,
    });
  }

  remove(): void {
    const { write, sync, syncAll } = this.own;
    Object.defineProperties(DiskFile.prototype, { write, sync, syncAll });
  }

  /** A new process meets the disk as it is. */
  restart(): void {
    this.fuse = Infinity;
    this.room = Infinity;
    this.before.clear();
  }

  /** Of the sectors written since the last sync each is as it was then, or as it was written. */
  losePower(path: string): void {
    const fd = openSync(path, 'r+');
    for (const [at, bytes] of this.before) if (this.random(2) === 0) writeSync(fd, bytes, 0, bytes.length, at);
    closeSync(fd);
  }

  private sync(): void {
    if (this.burns()) throw new Crash();
    this.before.clear();
    this.synced();
  }

  private write(file: DiskFile, at: number, bytes: Buffer): void {
    const write = this.own.write.value as Write;
    const end = at + bytes.length;
    this.remember(file, at, end);
    if (this.burns()) {
      // A process that is killed has written whole pages of it, or all.
      const pages = Math.floor(this.random(bytes.length + 1) / 4096) * 4096;
      write.call(file, at, bytes.subarray(0, this.random(2) === 0 ? pages : bytes.length));
      throw new Crash();
    }
    const fitting = Math.max(0, Math.min(bytes.length, this.room - at));
    write.call(file, at, bytes.subarray(0, fitting));
    if (fitting < bytes.length) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  }

  private remember(file: DiskFile, at: number, end: number): void {
    const { sectorBytes } = this;
    for (let sector = Math.floor(at / sectorBytes) * sectorBytes; sector < end; sector += sectorBytes) {
      if (this.before.has(sector)) continue;
      // What the file did not have yet reads as zeros after a loss of power.
      const bytes = Buffer.alloc(Math.min(sectorBytes, Math.max(file.size, end) - sector));
      file.read(sector, bytes);
      this.before.set(sector, bytes);
    }
  }

  private burns(): boolean {
    return this.fuse-- <= 0;
  }
}
