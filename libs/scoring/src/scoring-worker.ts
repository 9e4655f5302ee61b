import type { ModelShape } from './model-shape';
import { Round } from './round';
import { ScoringUnavailableError } from './scoring-error';
import type { ScoringJob } from './scoring-job';
import { ThreadLink, type ThreadListener } from './thread-link';
import { fromFault, type RunAnswer, type ThreadAnswer } from './worker-protocol';

/** Delays in milliseconds before a dead thread is replaced: doubled from `first` up to `longest`. */
export interface RestartDelays {
  readonly first: number;
  readonly longest: number;
}

export interface WorkerListener {
  /**
   * The worker can take a round: it has loaded the model, or finished a run of `rows` rows that took `runMs` in the
   * thread and `wallMs` as seen from here.
   */
  free(worker: ScoringWorker, runMs: number, rows: number, wallMs: number): void;
  /** The runtime refused a round of these jobs; the thread lives. */
  refused(jobs: readonly ScoringJob[], error: Error): void;
  /** The thread died with these jobs unanswered. */
  orphaned(jobs: readonly ScoringJob[], reason: Error): void;
}

// A thread that lived this long was healthy; its successor starts with the first delay again.
const HEALTHY_MS = 10_000;

/**
 * One thread with one model, replaced when it dies. Two rounds alternate: while one runs, the other is filled.
 */
export class ScoringWorker implements ThreadListener {
  /** Threads started to replace a dead one. */
  restarts = 0;
  private state: 'loading' | 'ready' | 'down' | 'closed' = 'loading';
  private link: ThreadLink;
  private running: Round | undefined;
  private filling: Round | undefined;
  private spare: Round | undefined;
  private delay: number;
  private readySince = 0;
  private timer: NodeJS.Timeout | undefined;
  private loading = Promise.withResolvers<ModelShape>();

  constructor(
    private readonly digest: string,
    private readonly folder: string,
    private readonly delays: RestartDelays,
    private readonly listener: WorkerListener,
  ) {
    this.delay = delays.first;
    this.link = this.startThread();
  }

  get ready(): boolean {
    return this.state === 'ready';
  }

  get idle(): boolean {
    return this.state === 'ready' && this.running === undefined;
  }

  /** Rows that are running or will run next. */
  get rows(): number {
    return (this.running?.rows ?? 0) + (this.filling?.rows ?? 0);
  }

  /** The round that runs next; undefined until the model is loaded. */
  get open(): Round | undefined {
    return this.state === 'ready' ? this.filling : undefined;
  }

  /** How long the run under way has taken; 0 when there is none. */
  runningFor(now: number): number {
    return this.running === undefined ? 0 : now - this.running.startedAt;
  }

  /** Resolves with the model's shape when its thread can score; rejects with what the first load met. */
  loaded(): Promise<ModelShape> {
    return this.loading.promise;
  }

  /** Hands the filled round to the thread. */
  run(): void {
    if (!this.idle || this.filling === undefined || this.filling.empty) return;
    this.running = this.filling;
    this.filling = this.spare;
    this.spare = undefined;
    this.link.tell(this.running.start());
  }

  /** Fails every job that is past its deadline; returns the earliest deadline left. */
  expire(now: number, fail: (job: ScoringJob) => void): number {
    return Math.min(this.running?.expire(now, fail) ?? Infinity, this.filling?.expire(now, fail) ?? Infinity);
  }

  /** Gives the thread up as a crash would: its jobs are orphaned and it is replaced. */
  abandon(reason: string): Promise<void> {
    return this.link.end(reason);
  }

  /** Ends the thread for good. */
  async close(): Promise<void> {
    this.state = 'closed';
    clearTimeout(this.timer);
    await this.link.end('the scoring worker is closed');
  }

  answered(answer: ThreadAnswer): void {
    if (typeof answer === 'object' && answer.type === 'loaded') this.becomeReady(answer.shape);
    else if (this.running !== undefined) this.ended(this.running, answer);
    else this.loadFailed(typeof answer === 'object' ? fromFault(answer.fault) : undefined);
  }

  died(reason: ScoringUnavailableError): void {
    this.loading.reject(reason);
    // The thread may still write to its rounds, so they are never used again.
    const orphans = [this.running, this.filling].flatMap((round) => round?.finish().waiting ?? []);
    this.running = this.filling = this.spare = undefined;
    if (this.state !== 'closed') {
      if (this.state === 'ready' && Date.now() - this.readySince > HEALTHY_MS) this.delay = this.delays.first;
      this.state = 'down';
      this.loading = Promise.withResolvers();
      this.timer = setTimeout(() => this.restart(), this.delay);
      this.delay = Math.min(this.delay * 2, this.delays.longest);
    }
    this.listener.orphaned(orphans, reason);
  }

  private ended(round: Round, answer: RunAnswer): void {
    const { rows } = round;
    const finished = round.finish();
    this.running = undefined;
    this.spare = round;
    const runMs = typeof answer === 'number' ? answer : 0;
    // The next round starts before the finished one is told, so that the thread does not wait for its listeners.
    this.listener.free(this, runMs, rows, performance.now() - round.startedAt);
    if (typeof answer === 'number') finished.tell(runMs);
    else this.listener.refused(finished.waiting, fromFault(answer.fault));
  }

  private becomeReady(shape: ModelShape): void {
    if (this.state === 'closed') return;
    this.filling = new Round(0, shape);
    this.spare = new Round(1, shape);
    this.state = 'ready';
    this.readySince = Date.now();
    this.loading.resolve(shape);
    this.listener.free(this, 0, 0, 0);
  }

  private loadFailed(error: Error | undefined): void {
    this.loading.reject(error ?? new ScoringUnavailableError('the scoring thread gave no model shape'));
    void this.link.end('the model could not be loaded');
  }

  private restart(): void {
    this.restarts++;
    this.state = 'loading';
    this.link = this.startThread();
  }

  private startThread(): ThreadLink {
    // Whoever waits hears of a failure; when nobody does, the next attempt meets it.
    this.loading.promise.catch(() => undefined);
    const link = new ThreadLink(this);
    link.tell({ type: 'load', digest: this.digest, folder: this.folder });
    return link;
  }
}
