import { readlinkSync } from 'node:fs';
import { getPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { thisThreadGivesWay } from './give-way';

const done = thisThreadGivesWay();
const priority = done === 0 ? getPriority() : getPriority(Number(readlinkSync('/proc/thread-self').split('/').at(-1)));
parentPort?.postMessage({ done, priority });
