import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';

const TASKS = '/proc/self/task';
const ENGINE_THREAD = 'V8Worker';
/** Steps of niceness: a tenth of a processor's time when another thread wants all of it. */
const NICENESS = 10;

/**
 * Has the engine's own threads, which collect garbage and compile beside the program, give way to those that answer
 * requests. There are four of them however many processors there are: on a single one they would get four fifths of it
 * while they mark a heap. Returns how many give way; none where threads cannot be told apart.
 */
export function engineGivesWay(): number {
  return whereAllowed(() => {
    const tasks = readdirSync(TASKS).filter((task) => commandOf(task) === ENGINE_THREAD);
    for (const task of tasks) setPriority(Number(task), NICENESS);
    return tasks.length;
  });
}

/** Has the calling thread give way to those that somebody waits for. Returns 1, or 0 where that cannot be done. */
export function thisThreadGivesWay(): number {
  return whereAllowed(() => {
    // "PID/task/TID"; read by this very thread.
    setPriority(Number(readlinkSync('/proc/thread-self').split('/').at(-1)), NICENESS);
    return 1;
  });
}

function commandOf(task: string): string {
  return readFileSync(`${TASKS}/${task}/comm`, 'utf8').trim();
}

/** 0 on another system than Linux, and where it is not allowed: all compete as before. */
function whereAllowed(change: () => number): number {
  try {
    return change();
  } catch {
    return 0;
  }
}
