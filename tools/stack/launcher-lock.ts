import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StackError } from './stack-error';

const FILE = 'launcher.pid';
/** Scripts that start a stack, as they appear on a command line. */
const LAUNCHER = /tools[\\/](stack|demo)[\\/]/;

/** The living process that keeps a stack up (or is starting one) on `home`, or undefined. */
export function launcherOf(home: string): number | undefined {
  const pid = notedPid(join(home, FILE));
  return pid !== undefined && isLauncher(pid) ? pid : undefined;
}

/**
 * Makes this process the only launcher on `home` and returns what gives that up again. A lock whose launcher is dead
 * is taken over. Throws {@link StackError} when another launcher lives.
 */
export function lockHome(home: string): () => void {
  const file = join(home, FILE);
  const own = `${file}.${process.pid}`;
  // A link appears with its content, so that nobody ever reads a lock without a pid.
  writeFileSync(own, `${process.pid}\n`, { mode: 0o600 });
  try {
    while (!linked(own, file)) {
      const holder = launcherOf(home);
      if (holder !== undefined) {
        throw new StackError(
          `a stack is up on ${home} already (pid ${holder}); use it, stop it, or choose another home with ADLIFT_HOME=FOLDER`,
        );
      }
      removeStale(file, own);
    }
  } finally {
    rmSync(own, { force: true });
  }
  return () => {
    if (notedPid(file) === process.pid) rmSync(file, { force: true });
  };
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function removeStale(file: string, own: string): void {
  const aside = `${own}.stale`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  // Another start may have replaced the stale lock by its own in between: that one goes back.
  const pid = notedPid(aside);
  if (pid !== undefined && isLauncher(pid)) linked(aside, file);
  rmSync(aside, { force: true });
}

function notedPid(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

function isLauncher(pid: number): boolean {
  // In a restarted container the launcher before this one often had the same pid.
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  if (process.platform !== 'linux') return true;
  try {
    const [program = '', ...rest] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return /node/.test(program) && rest.some((argument) => LAUNCHER.test(argument));
  } catch {
    return false;
  }
}
