import { readdirSync, readFileSync } from 'node:fs';
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
export function yieldEngineThreads(): number {
  let found = 0;
  try {
    for (const task of readdirSync(TASKS)) {
      if (readFileSync(`${TASKS}/${task}/comm`, 'utf8').trim() !== ENGINE_THREAD) continue;
      setPriority(Number(task), NICENESS);
      found++;
    }
  } catch {
    // Not Linux, or not allowed: they compete as before.
  }
  return found;
}
