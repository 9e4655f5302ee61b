import { getHeapSpaceStatistics } from 'node:v8';
import { parentPort } from 'node:worker_threads';
import { TransientMap } from './transient-map';

/** Bytes that 60 MB of entries, a few at a time, leave in the old generation. */
function leftBehind(map: Pick<TransientMap<number, unknown>, 'set' | 'delete'>): number {
  map.set(-1, []);
  // What the map consists of now is of the old generation from here on.
  (globalThis as { gc?: () => void }).gc?.();
  const before = oldBytes();
  for (let i = 0; i < 200_000; i++) {
    map.set(
      i,
      Array.from({ length: 20 }, (_, k) => i + k + 0.5),
    );
    map.delete(i - 3);
  }
  return oldBytes() - before;
}

function oldBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name: name }) => name === 'old_space')?.space_used_size ?? NaN;
}

parentPort?.postMessage(leftBehind(new TransientMap<number, unknown>((key) => key)));
