import type { ModelShape } from './model-shape';
import { type RestartDelays, ScoringWorker, type WorkerListener } from './scoring-worker';
import { ScoringExpiredError, ScoringUnavailableError } from './scoring-error';
import type { ScoringJob } from './scoring-job';

export interface HostOptions {
  readonly threads: number;
  readonly restartDelays: RestartDelays;
  /** Expected milliseconds of a run above which no more jobs join its round. */
  readonly batchBudgetMs: number;
  /** Milliseconds of one run after which its thread is taken for hung. */
  readonly stallMs: number;
}

interface Waiting {
  readonly job: ScoringJob;
  /** To be run by itself, because a round that it was part of failed. */
  readonly alone: boolean;
}

/** Weight that a run keeps in the decaying sums when the next one has ended. */
const DECAY = 0.9;

/**
 * The threads of one model version and the jobs that wait for them. An idle thread gets what one turn of the event loop
 * has brought; while all are busy, jobs gather and run together. So batching waits for nothing, and costs nothing when
 * there is nothing to batch.
 */
export class ModelHost implements WorkerListener {
  /** Runs, and jobs in them, since the start: more jobs than runs show batching at work. */
  readonly counts = { runs: 0, jobs: 0, expired: 0, retried: 0 };
  private readonly workers: readonly ScoringWorker[];
  private queue: Waiting[] = [];
  private queuedRows = 0;
  /** Decaying sums over the last runs, so that a row's time is not that of the small runs among them. */
  private readonly recent = { ms: 0.2, wallMs: 0.2, rows: 100 };
  private readonly retried = new WeakSet<ScoringJob>();
  private sweep: NodeJS.Timeout | undefined;
  private sweepAt = Infinity;
  private closed = false;
  private starting = false;
  private readonly drains: (() => void)[] = [];

  constructor(
    digest: string,
    folder: string,
    private readonly options: HostOptions,
  ) {
    this.workers = Array.from(
      { length: options.threads },
      () => new ScoringWorker(digest, folder, options.restartDelays, this),
    );
  }

  /** Resolves when every thread has verified, replayed and warmed the model; rejects with what the first one met. */
  async loaded(): Promise<ModelShape> {
    const [shape] = await Promise.all(this.workers.map((worker) => worker.loaded()));
    return shape;
  }

  get ready(): boolean {
    return this.workers.some((worker) => worker.ready);
  }

  get restarts(): number {
    return this.workers.reduce((sum, worker) => sum + worker.restarts, 0);
  }

  /** Milliseconds that a job submitted now would wait for its run to begin, by the rows ahead of it. */
  get expectedWaitMs(): number {
    let rows = this.queuedRows;
    let ready = 0;
    for (const worker of this.workers) {
      if (!worker.ready) continue;
      if (worker.rows === 0) return 0;
      ready++;
      rows += worker.rows;
    }
    // From the start of a run until this thread hears of it: what is between them is waited for as well.
    return ready === 0 ? Infinity : (rows * this.recent.wallMs) / this.recent.rows / ready;
  }

  /** Takes a job; it is told what becomes of it, at once when no thread can score. */
  submit(job: ScoringJob): void {
    if (job.deadline <= performance.now()) this.expire(job);
    else this.place({ job, alone: false });
    this.watch(job.deadline);
  }

  /** Resolves when every job has its answer. */
  async drained(): Promise<void> {
    while (this.queue.length > 0 || this.workers.some((worker) => worker.rows > 0)) {
      await new Promise<void>((resolve) => this.drains.push(resolve));
    }
  }

  /** Ends a thread as a crash would; for fault tests. */
  killThread(): Promise<void> {
    return this.workers[0].abandon('the scoring thread was killed');
  }

  /** Ends all threads as a crash would; for fault tests. */
  async killThreads(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.abandon('the scoring thread was killed')));
  }

  /** Ends all threads; jobs without an answer fail. */
  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.sweep);
    await Promise.all(this.workers.map((worker) => worker.close()));
    this.failQueue(new ScoringUnavailableError('the model was unloaded'));
  }

  free(worker: ScoringWorker, runMs: number, rows: number, wallMs: number): void {
    if (rows > 0) {
      this.recent.ms = this.recent.ms * DECAY + runMs;
      this.recent.wallMs = this.recent.wallMs * DECAY + wallMs;
      this.recent.rows = this.recent.rows * DECAY + rows;
    }
    this.start(worker);
    this.fill(worker);
    this.start(worker);
    for (const drained of this.drains.splice(0)) drained();
  }

  refused(jobs: readonly ScoringJob[], error: Error): void {
    // One job's rows can fail a whole round: each gets a run of its own, and then only the guilty one fails.
    if (jobs.length === 1) jobs[0].failed(error);
    else for (const job of jobs) this.place({ job, alone: true });
  }

  orphaned(jobs: readonly ScoringJob[], reason: Error): void {
    for (const job of jobs) {
      if (this.retried.has(job) || !this.ready || this.closed) job.failed(reason);
      else {
        this.retried.add(job);
        this.counts.retried++;
        this.place({ job, alone: true });
      }
    }
    if (!this.ready) this.failQueue(reason);
    for (const drained of this.drains.splice(0)) drained();
  }

  /** Milliseconds a row takes. */
  private get rowMs(): number {
    return this.recent.ms / this.recent.rows;
  }

  private place(waiting: Waiting): void {
    const worker = this.leastBusy();
    if (worker === undefined) {
      waiting.job.failed(new ScoringUnavailableError('no scoring thread is ready'));
    } else if (this.queue.length === 0 && this.fits(worker, waiting)) {
      worker.open?.add(waiting.job);
      this.startAfterTurn();
    } else {
      this.queue.push(waiting);
      this.queuedRows += waiting.job.rows;
    }
  }

  private leastBusy(): ScoringWorker | undefined {
    let chosen: ScoringWorker | undefined;
    for (const worker of this.workers) {
      if (worker.ready && (chosen === undefined || worker.rows < chosen.rows)) chosen = worker;
    }
    return chosen;
  }

  private fits(worker: ScoringWorker, { job, alone }: Waiting): boolean {
    const round = worker.open;
    if (round === undefined) return false;
    if (round.empty) return !alone || worker.idle;
    return !alone && (round.rows + job.rows) * this.rowMs <= this.options.batchBudgetMs;
  }

  /**
   * One read of a socket brings several requests. The first one alone would wake the thread, which on a busy machine
   * takes the processor from the others before they are decoded.
   */
  private startAfterTurn(): void {
    if (this.starting) return;
    this.starting = true;
    setImmediate(() => {
      this.starting = false;
      for (const worker of this.workers) this.start(worker);
    });
  }

  private start(worker: ScoringWorker): void {
    const round = worker.open;
    if (round === undefined || round.empty || !worker.idle) return;
    this.counts.runs++;
    this.counts.jobs += round.jobCount;
    worker.run();
  }

  /** Moves waiting jobs into the round that runs next; what has expired meanwhile is dropped before it costs a run. */
  private fill(worker: ScoringWorker): void {
    const now = performance.now();
    let taken = 0;
    for (const waiting of this.queue) {
      if (waiting.job.deadline <= now) this.expire(waiting.job);
      else if (this.fits(worker, waiting)) worker.open?.add(waiting.job);
      else break;
      this.queuedRows -= waiting.job.rows;
      taken++;
      if (waiting.alone) this.start(worker);
    }
    if (taken > 0) this.queue = this.queue.slice(taken);
  }

  private expire(job: ScoringJob): void {
    this.counts.expired++;
    job.failed(new ScoringExpiredError('the deadline passed before the scores were there'));
  }

  private failQueue(reason: Error): void {
    const left = this.queue;
    this.queue = [];
    this.queuedRows = 0;
    for (const { job } of left) job.failed(reason);
  }

  /** One timer for all jobs, set to what comes first: the earliest deadline or the next look at the threads. */
  private watch(deadline: number): void {
    const at = Math.min(deadline, performance.now() + this.options.stallMs);
    if (at >= this.sweepAt || this.closed) return;
    clearTimeout(this.sweep);
    this.sweepAt = at;
    this.sweep = setTimeout(() => this.look(), Math.max(0, Math.ceil(at - performance.now())));
  }

  private look(): void {
    this.sweepAt = Infinity;
    const now = performance.now();
    let next = Infinity;
    const kept: Waiting[] = [];
    for (const waiting of this.queue) {
      if (waiting.job.deadline > now) {
        kept.push(waiting);
        next = Math.min(next, waiting.job.deadline);
      } else {
        this.queuedRows -= waiting.job.rows;
        this.expire(waiting.job);
      }
    }
    this.queue = kept;
    for (const worker of this.workers) {
      next = Math.min(
        next,
        worker.expire(now, (job) => this.expire(job)),
      );
      if (worker.runningFor(now) > this.options.stallMs) void worker.abandon('a run took too long');
      else if (!worker.idle) next = Math.min(next, now + this.options.stallMs);
    }
    if (next < Infinity) this.watch(next);
  }
}
