import { readlinkSync } from 'node:fs';
import { getPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { comesForward, thisThreadGivesWay } from './give-way';

/** This thread's, or the process's where threads have none of their own. */
function priority(): number {
  return getPriority(process.platform === 'linux' ? Number(readlinkSync('/proc/thread-self').split('/').at(-1)) : 0);
}

const born = priority();
comesForward(workerData as number | undefined);
const forward = priority();
const done = thisThreadGivesWay();
parentPort?.postMessage({ born, forward, done, priority: priority() });
