import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

const TASKS = '/proc/self/task';
const ENGINE_THREAD = 'V8Worker';
/** Steps of niceness: a tenth of a processor's time when another thread wants all of it. */
const NICENESS = 10;
/** Number 23 of the capabilities(7). */
const CAP_SYS_NICE = 1n << 23n;

/**
 * Has the engine's own threads, which collect garbage and compile beside the program, give way to those that answer
 * requests. There are four of them however many processors there are: on a single one they would get four fifths of it
 * while they mark a heap. Returns how many give way; none where threads cannot be told apart.
 */
export function engineGivesWay(): number {
  const lowered = whereAllowed(() => {
    const tasks = readdirSync(TASKS).filter((task) => commandOf(task) === ENGINE_THREAD);
    for (const task of tasks) setPriority(Number(task), NICENESS);
    return tasks.length;
  });
  return lowered ?? 0;
}

/** Has the calling thread give way to those that somebody waits for. Returns 1, or 0 where that cannot be done. */
export function thisThreadGivesWay(): number {
  const lowered = whereAllowed(() => {
    setPriority(thisThread(), NICENESS);
    return 1;
  });
  return lowered ?? 0;
}

/**
 * Has the thread that `start` starts give way from its first instruction on, until it calls {@link comesForward} with
 * the niceness that `start` is given: a new thread is as urgent as the one that makes it. Where a thread may not come
 * back from giving way, none does, and there is no niceness: that takes CAP_SYS_NICE, or a limit (RLIMIT_NICE) that
 * lets it.
 */
export function startedGivingWay<T>(start: (niceness: number | undefined) => T): T {
  const before = whereAllowed(() => {
    const thread = thisThread();
    const niceness = getPriority(thread);
    if (niceness >= NICENESS || !mayReturnTo(niceness)) return undefined;
    setPriority(thread, NICENESS);
    return niceness;
  });
  try {
    return start(before);
  } finally {
    if (before !== undefined) setPriority(thisThread(), before);
  }
}

/** Has the calling thread, which {@link startedGivingWay} has started, give way no longer. */
export function comesForward(niceness: number | undefined): void {
  if (niceness !== undefined) whereAllowed(() => setPriority(thisThread(), niceness));
}

/** Its id, from "PID/task/TID" as this very thread reads it. */
function thisThread(): number {
  return Number(readlinkSync('/proc/thread-self').split('/').at(-1));
}

/** Whether a thread of this process may make itself as urgent as `niceness` again: setpriority(2), getrlimit(2). */
function mayReturnTo(niceness: number): boolean {
  const capabilities = /^CapEff:\s*([0-9a-f]+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  if ((BigInt(`0x${capabilities}`) & CAP_SYS_NICE) !== 0n) return true;
  const limit = /^Max nice priority\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? '0';
  return 20 - Number(limit) <= niceness;
}

function commandOf(task: string): string {
  return readFileSync(`${TASKS}/${task}/comm`, 'utf8').trim();
}

/** Undefined on another system than Linux, and where it is not allowed: all compete as before. */
function whereAllowed<T>(change: () => T): T | undefined {
  try {
    return change();
  } catch {
    return undefined;
  }
}
