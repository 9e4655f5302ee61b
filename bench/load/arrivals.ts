import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

export interface ArrivalPlan {
  /** Calls a second, on average. */
  readonly rate: number;
  readonly seconds: number;
  readonly seed: number;
}

/** Milliseconds on a clock that all threads share. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** A thread that wakes this one at the moments of a seeded Poisson process. */
export class Arrivals {
  private readonly worker = new Worker(join(__dirname, 'arrival-thread.js'));

  /** Calls `arrive` with the moment each call was due; resolves after the last one. */
  run(plan: ArrivalPlan, arrive: (dueMs: number) => void): Promise<void> {
    return new Promise((resolve) => {
      const onMessage = (due: number | undefined): void => {
        if (due !== undefined) return arrive(due);
        this.worker.off('message', onMessage);
        resolve();
      };
      this.worker.on('message', onMessage);
      this.worker.postMessage(plan);
    });
  }
}
