import { readlinkSync } from 'node:fs';
import { getPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { givingWay, thisThreadGivesWay } from './give-way';

/** This thread's, or the process's where threads have none of their own. */
function priority(): number {
  return getPriority(process.platform === 'linux' ? Number(readlinkSync('/proc/thread-self').split('/').at(-1)) : 0);
}

async function main(): Promise<void> {
  const during = await givingWay(() => Promise.resolve(priority()));
  const thrown = await givingWay(() => Promise.reject(new Error('broken'))).catch((error: Error) => error.message);
  const after = priority();
  const done = thisThreadGivesWay();
  parentPort?.postMessage({ during, thrown, after, done, priority: priority() });
}

void main();
