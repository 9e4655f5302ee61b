import { parentPort } from 'node:worker_threads';
import { SeededRandom } from '@adlift/training';
import { monotonicMs, type ArrivalPlan } from './arrivals';

// A futex wakes within 0.1 ms, where the event loop's timers are whole milliseconds and a busy wait would take the
// processor from the database.
const sleeper = new Int32Array(new SharedArrayBuffer(4));

parentPort?.on('message', ({ rate, seconds, seed }: ArrivalPlan) => {
  const random = new SeededRandom(seed);
  const end = monotonicMs() + seconds * 1000;
  let due = monotonicMs();
  while (due < end) {
    const wait = due - monotonicMs();
    if (wait > 0) Atomics.wait(sleeper, 0, 0, wait);
    parentPort?.postMessage(due);
    due += (-Math.log(1 - random.next()) / rate) * 1000;
  }
  parentPort?.postMessage(undefined);
});
