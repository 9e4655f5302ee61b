import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Holds the spool's cap and its log, with little to spare. */
const SIZE_MB = 36;
const FILLER = 'filler';

/** The folder of the spool: on a small disk of its own where this process may mount one. */
export class SpoolDisk {
  private constructor(
    readonly folder: string,
    /** Whether it can be filled without filling anybody else's. */
    readonly own: boolean,
  ) {}

  /** A folder on whatever disk it is on. */
  static shared(folder: string): SpoolDisk {
    mkdirSync(folder, { recursive: true });
    return new SpoolDisk(folder, false);
  }

  static prepare(folder: string, log: (line: string) => void): SpoolDisk {
    mkdirSync(folder, { recursive: true });
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_MB}m,mode=0700`, 'adlift-chaos', folder]);
    if (mounted.status === 0) return new SpoolDisk(folder, true);
    const why = (mounted.error?.message ?? String(mounted.stderr)).trim();
    log(`no disk of its own for the spool (${why}): a full disk is tried by the cap of the spool alone`);
    return new SpoolDisk(folder, false);
  }

  /** Leaves no byte. */
  fill(): void {
    const { bavail, bsize } = statfsSync(this.folder);
    try {
      writeFileSync(join(this.folder, FILLER), Buffer.alloc(bavail * bsize));
    } catch (error) {
      // Others write too; what did fit stays.
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }

  free(): void {
    rmSync(join(this.folder, FILLER), { force: true });
  }

  remove(): void {
    if (this.own) spawnSync('umount', [this.folder]);
  }
}
