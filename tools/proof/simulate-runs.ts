import { availableParallelism } from 'node:os';
import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { RunMessage, RunWorkerData } from './run-worker';
import type { RunOutcome } from './simulate-run';

const MAX_THREADS = 16;

/**
 * Plays all runs on worker threads, one a core, and returns their outcomes in the order of `runSeeds`, whatever the
 * number of threads. Rejects when a thread fails. Threads inherit Node's options, such as a hook that compiles sources.
 */
export async function simulateRuns(task: RunWorkerData, onProgress: (done: number) => void): Promise<RunOutcome[]> {
  const { runSeeds } = task;
  const threads = Math.min(availableParallelism(), MAX_THREADS, runSeeds.length);
  const outcomes = new Map<number, RunOutcome>();
  const share = (thread: number): number[] => runSeeds.filter((_, i) => i % threads === thread);
  await Promise.all(
    Array.from({ length: threads }, (_, thread) =>
      playShare({ ...task, runSeeds: share(thread) }, ({ runSeed, outcome }) => {
        outcomes.set(runSeed, outcome);
        onProgress(outcomes.size);
      }),
    ),
  );
  return runSeeds.map((runSeed) => {
    const outcome = outcomes.get(runSeed);
    if (outcome === undefined) throw new Error(`run ${runSeed} has no outcome`);
    return outcome;
  });
}

function playShare(workerData: RunWorkerData, onRun: (message: RunMessage) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(join(__dirname, `run-worker${extname(__filename)}`), { workerData });
    worker.on('message', onRun);
    worker.on('error', reject);
    worker.on('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`a worker thread ended with code ${code}`));
    });
  });
}
