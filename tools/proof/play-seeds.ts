import { availableParallelism } from 'node:os';
import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { PlayMessage, PlayTask } from './play-worker';

const MAX_THREADS = 16;

/**
 * Plays all seeds on worker threads, one a core, and returns their outcomes in the order of `seeds`, whatever the
 * number of threads. Rejects when a thread fails. Threads inherit Node's options, such as a hook that compiles sources.
 */
export async function playSeeds(task: PlayTask, onProgress: (done: number) => void): Promise<unknown[]> {
  const { seeds } = task;
  const threads = Math.min(availableParallelism(), MAX_THREADS, seeds.length);
  const outcomes = new Map<number, unknown>();
  const share = (thread: number): number[] => seeds.filter((_, i) => i % threads === thread);
  await Promise.all(
    Array.from({ length: threads }, (_, thread) =>
      playShare({ ...task, seeds: share(thread) }, ({ seed, outcome }) => {
        outcomes.set(seed, outcome);
        onProgress(outcomes.size);
      }),
    ),
  );
  return seeds.map((seed) => {
    if (!outcomes.has(seed)) throw new Error(`run ${seed} of ${task.name} has no outcome`);
    return outcomes.get(seed);
  });
}

function playShare(workerData: PlayTask, onRun: (message: PlayMessage) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(join(__dirname, `play-worker${extname(__filename)}`), { workerData });
    worker.on('message', onRun);
    worker.on('error', reject);
    worker.on('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`a worker thread ended with code ${code}`));
    });
  });
}
