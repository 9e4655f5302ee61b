import type { ScoringBatch } from './scoring-batch';
import { ScoringUnavailableError } from './scoring-error';
import { shareFiles } from './shared-files';
import { type RestartDelays, ScoringWorker } from './scoring-worker';

/** One model's part of a scoring call: row-major `ids` [n, C] and `numeric` [n, M]. */
export interface ScoringJob {
  readonly model: string;
  readonly n: number;
  readonly ids: Int32Array;
  readonly numeric: Float32Array;
}

/** How many threads score, and how fast a dead one is replaced. */
export interface ScoringPoolOptions {
  readonly workers?: number;
  readonly restartDelays?: RestartDelays;
}

/** Scoring workers that hold the same models; a batch goes to the ready worker with the fewest in flight. */
export class ScoringPool {
  readonly workers: readonly ScoringWorker[];

  constructor({ workers = 1, restartDelays }: ScoringPoolOptions = {}) {
    this.workers = Array.from({ length: workers }, () => new ScoringWorker(restartDelays));
  }

  /** Whether any worker can score now. */
  get ready(): boolean {
    return this.workers.some((worker) => worker.ready);
  }

  /** Threads started to replace dead ones. */
  get restarts(): number {
    return this.workers.reduce((sum, worker) => sum + worker.restarts, 0);
  }

  /** Loads a bundle in every worker, or, when one refuses it, in none. */
  async load(digest: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
    const shared = await shareFiles(files);
    const results = await Promise.allSettled(this.workers.map((worker) => worker.load(digest, shared)));
    const failure = results.find((result) => result.status === 'rejected');
    if (failure === undefined) return;
    await this.unload(digest);
    throw failure.reason;
  }

  async unload(digest: string): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.unload(digest)));
  }

  /** Takes slots on the least busy ready worker; errors as ScoringWorker.acquire. */
  acquire(digests: readonly string[], n: number): ScoringBatch {
    let chosen: ScoringWorker | undefined;
    for (const worker of this.workers) {
      if (worker.ready && (chosen === undefined || worker.inFlight < chosen.inFlight)) chosen = worker;
    }
    if (chosen === undefined) throw new ScoringUnavailableError('no scoring worker is ready');
    return chosen.acquire(digests, n);
  }

  /** Scores encoded rows with a copy in and out; for callers that cannot encode into slots. */
  async score(jobs: readonly ScoringJob[]): Promise<Float32Array[]> {
    const [first] = jobs;
    if (first === undefined) return [];
    if (jobs.some((job) => job.n !== first.n)) throw new RangeError('all jobs of a call score the same number of rows');
    const batch = this.acquire(
      jobs.map((job) => job.model),
      first.n,
    );
    try {
      jobs.forEach((job, i) => {
        batch.slots[i].ids.set(job.ids);
        batch.slots[i].numeric.set(job.numeric);
      });
      await batch.run();
      return batch.slots.map((slot) => Float32Array.from(slot.probability));
    } finally {
      batch.release();
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.close()));
  }
}
