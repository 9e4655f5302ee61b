import { setFlagsFromString } from 'node:v8';

/**
 * Has threads that start from now on begin with as little memory as they need. What the process was told of the old
 * generation at its start (`--initial-old-space-size`) was meant for the thread that answers requests.
 */
export function threadsStartModest(): void {
  setFlagsFromString('--initial-old-space-size=0');
}
