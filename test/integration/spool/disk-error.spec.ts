import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expectStoredOnce } from './check-stored';
import { scratchFolder } from './scratch-folder';
import { SpoolProcess } from './spool-process';

const folder = scratchFolder();

function canLimitFiles(): boolean {
  try {
    execFileSync('prlimit', ['--pid', String(process.pid), '--fsize'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const possible = canLimitFiles();
if (!possible) console.warn('no prlimit here: what a disk that fails does to a spool is not tested');

/** Has every write of the process beyond so many bytes of a file fail. */
function limitFiles(pid: number, bytes: number | 'unlimited'): void {
  execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:unlimited`]);
}

describe('a spool whose disk fails', () => {
  (possible ? it : it.skip)(
    'rejects, tries again until the disk is well, and has lost nothing',
    async () => {
      const file = join(folder, 'failing.spool');
      const owner = new SpoolProcess(file, 0);
      await owner.acknowledges(1000);
      limitFiles(owner.pid, 4096);
      // More than once: it is tried again while the disk still fails.
      await owner.until(() => owner.deaths >= 3 && owner.refusals.length >= 20);
      limitFiles(owner.pid, 'unlimited');
      await owner.acknowledges(1000);
      expect(new Set(owner.refusals)).toEqual(new Set(['SPOOL_FAILED']));
      await owner.kill();
      await expectStoredOnce(file, owner.acknowledged);
    },
    60_000,
  );
});
