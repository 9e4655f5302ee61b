import { availableParallelism } from 'node:os';
import { type HostOptions, ModelHost } from './model-host';
import type { ModelShape } from './model-shape';
import { ModelNotLoadedError, ScoringUnavailableError } from './scoring-error';
import { MAX_ROWS, type ScoringJob } from './scoring-job';

/** Every option has a default; see {@link threadsPerModel} for the threads. */
export type ScoringPoolOptions = Partial<HostOptions>;

const MAX_THREADS_PER_MODEL = 4;

/**
 * Threads that score with one model version: half the processors this process may use, at least 1, at most 4. The
 * runtime's count respects affinity and cgroup limits. Each thread holds a session, so each costs the model's memory.
 */
export function threadsPerModel(): number {
  return Math.min(MAX_THREADS_PER_MODEL, Math.max(1, Math.floor(availableParallelism() / 2)));
}

/** Loaded model versions by bundle digest, each on threads of its own: loading one never delays another. */
export class ScoringPool {
  private readonly options: HostOptions;
  private readonly hosts = new Map<string, ModelHost>();
  private closed = false;
  private restartsBefore = 0;

  constructor(options: ScoringPoolOptions = {}) {
    this.options = {
      threads: threadsPerModel(),
      restartDelays: { first: 50, longest: 5_000 },
      batchBudgetMs: 2,
      stallMs: 5_000,
      ...options,
    };
  }

  /** Whether every loaded model can score now; true while none is loaded. */
  get ready(): boolean {
    return [...this.hosts.values()].every((host) => host.ready);
  }

  /** Threads started to replace dead ones. */
  get restarts(): number {
    let restarts = this.restartsBefore;
    for (const host of this.hosts.values()) restarts += host.restarts;
    return restarts;
  }

  /** Threads of each model. */
  get threads(): number {
    return this.options.threads;
  }

  /**
   * Loads the bundle in `folder` on new threads: verification, golden requests and warm-up come before it resolves.
   * Throws BundleError and leaves everything as it was. Loading a loaded digest again does nothing.
   */
  async load(digest: string, folder: string): Promise<ModelShape> {
    const loaded = this.hosts.get(digest);
    return loaded === undefined ? this.open(digest, folder) : loaded.loaded();
  }

  /**
   * Loads a bundle anew, as `load` does the first time. Until that has succeeded the threads that it had go on scoring;
   * then they finish their jobs and end.
   */
  async reload(digest: string, folder: string): Promise<ModelShape> {
    const before = this.hosts.get(digest);
    const shape = await this.open(digest, folder);
    if (before !== undefined) await this.end(before);
    return shape;
  }

  /** Ends a model's threads; callers see to it that nobody submits to it any more. */
  async unload(digest: string): Promise<void> {
    const host = this.hosts.get(digest);
    if (host === undefined) return;
    this.hosts.delete(digest);
    await this.end(host);
  }

  /** Throws ModelNotLoadedError, or RangeError for a job of too many rows. */
  submit(digest: string, job: ScoringJob): void {
    if (!(job.rows >= 1 && job.rows <= MAX_ROWS)) {
      throw new RangeError(`a job has 1 to ${MAX_ROWS} rows, got ${job.rows}`);
    }
    this.host(digest).submit(job);
  }

  /** Milliseconds until a job submitted now would begin to run; Infinity when no thread of the model can score. */
  expectedWaitMs(digest: string): number {
    return this.hosts.get(digest)?.expectedWaitMs ?? Infinity;
  }

  /** The model's threads. Throws ModelNotLoadedError. */
  host(digest: string): ModelHost {
    const host = this.hosts.get(digest);
    if (host === undefined) throw new ModelNotLoadedError(digest);
    return host;
  }

  /** Ends every thread of every model as a crash would and returns how many those were; for fault tests. */
  async killThreads(): Promise<number> {
    const hosts = [...this.hosts.values()];
    await Promise.all(hosts.map((host) => host.killThreads()));
    return hosts.length * this.options.threads;
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.all([...this.hosts.values()].map((host) => host.close()));
    this.hosts.clear();
  }

  private async open(digest: string, folder: string): Promise<ModelShape> {
    if (this.closed) throw new ScoringUnavailableError('the scoring pool is closed');
    const host = new ModelHost(digest, folder, this.options);
    try {
      const shape = await host.loaded();
      // Closed meanwhile: its threads must not outlive the pool.
      if (this.closed) throw new ScoringUnavailableError('the scoring pool is closed');
      this.hosts.set(digest, host);
      return shape;
    } catch (error) {
      await host.close();
      throw error;
    }
  }

  private async end(host: ModelHost): Promise<void> {
    await host.drained();
    this.restartsBefore += host.restarts;
    await host.close();
  }
}
