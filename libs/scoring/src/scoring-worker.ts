import { ScoringBatch } from './scoring-batch';
import { ModelNotLoadedError, ScoringUnavailableError } from './scoring-error';
import { MAX_ROWS, ScoringSlot } from './scoring-slot';
import { shareFiles } from './shared-files';
import { ThreadLink } from './thread-link';
import type { ModelShape } from './worker-protocol';

/** Delays in milliseconds before a dead thread is replaced: doubled from `first` up to `longest`. */
export interface RestartDelays {
  readonly first: number;
  readonly longest: number;
}

// A thread that lived this long was healthy; its successor starts with the first delay again.
const HEALTHY_MS = 10_000;

interface Model {
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly shape: ModelShape;
}

/**
 * A scoring thread that is replaced when it dies. The replacement reloads every model before it counts as ready; until
 * then `acquire` throws ScoringUnavailableError at once.
 */
export class ScoringWorker {
  /** Threads started to replace a dead one. */
  restarts = 0;
  private link: ThreadLink;
  private state: 'ready' | 'down' | 'closed' = 'ready';
  private readonly models = new Map<string, Model>();
  private free = new Map<string, ScoringSlot[]>();
  private nextSlot = 0;
  private delay: number;
  private readySince = Date.now();
  private timer: NodeJS.Timeout | undefined;
  private waiters: (() => void)[] = [];

  constructor(private readonly delays: RestartDelays = { first: 50, longest: 5_000 }) {
    this.delay = delays.first;
    this.link = new ThreadLink(() => this.replace());
  }

  get ready(): boolean {
    return this.state === 'ready';
  }

  get inFlight(): number {
    return this.link.inFlight;
  }

  /** Resolves when the worker can score; rejects when it is closed. */
  async whenReady(): Promise<void> {
    while (this.state === 'down') await new Promise<void>((resolve) => this.waiters.push(resolve));
    if (this.state === 'closed') throw new ScoringUnavailableError('the scoring worker is closed');
  }

  /**
   * Loads a bundle in the thread: verification, golden requests and warm-up come before it resolves. Throws BundleError
   * and leaves loaded models as they are. Loading a loaded digest again does nothing.
   */
  async load(digest: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
    if (this.models.has(digest)) return;
    const shared = await shareFiles(files);
    await this.whenReady();
    const shape = await loadInto(this.link, digest, shared);
    this.models.set(digest, { files: shared, shape });
  }

  /** Forgets a model and frees its session; batches sent before are still scored. */
  async unload(digest: string): Promise<void> {
    if (!this.models.delete(digest)) return;
    this.free.delete(digest);
    try {
      await this.link.ask({ type: 'unload', digest });
    } catch (error) {
      // A dead thread has freed everything, and its successor does not load what is forgotten.
      if (!(error instanceof ScoringUnavailableError)) throw error;
    }
  }

  /**
   * Takes slots for `n` rows, one per model digest. Throws ScoringUnavailableError, ModelNotLoadedError, or RangeError
   * for n outside 1 to 4096.
   */
  acquire(digests: readonly string[], n: number): ScoringBatch {
    if (this.state !== 'ready') throw new ScoringUnavailableError(`the scoring worker is ${this.state}`);
    if (!(n >= 1 && n <= MAX_ROWS)) throw new RangeError(`n is ${n}, allowed are 1 to ${MAX_ROWS}`);
    const models = digests.map((digest) => this.modelOf(digest));
    const slots = digests.map((digest, i) => {
      const slot = this.free.get(digest)?.pop() ?? new ScoringSlot(digest, models[i].shape, this.nextSlot++);
      slot.prepare(n);
      return slot;
    });
    const link = this.link;
    return new ScoringBatch(slots, link, (used) => {
      // The slots of a dead thread may still be written by it, so they are never used again.
      if (link === this.link && this.state === 'ready') this.giveBack(used);
    });
  }

  /** Ends the thread as a crash would; for fault tests. */
  killWorker(): Promise<void> {
    return this.link.terminate('the scoring thread was killed');
  }

  /** Ends the thread for good; what is in flight is rejected. */
  async close(): Promise<void> {
    this.state = 'closed';
    clearTimeout(this.timer);
    this.wakeWaiters();
    await this.link.terminate('the scoring worker is closed');
  }

  private modelOf(digest: string): Model {
    const model = this.models.get(digest);
    if (model === undefined) throw new ModelNotLoadedError(digest);
    return model;
  }

  private giveBack(slots: readonly ScoringSlot[]): void {
    for (const slot of slots) {
      if (!this.models.has(slot.model)) continue;
      const list = this.free.get(slot.model);
      if (list === undefined) this.free.set(slot.model, [slot]);
      else list.push(slot);
    }
  }

  private replace(): void {
    if (this.state === 'closed') return;
    if (this.state === 'ready' && Date.now() - this.readySince > HEALTHY_MS) this.delay = this.delays.first;
    this.state = 'down';
    this.free = new Map();
    this.timer = setTimeout(() => void this.restart(), this.delay);
    this.delay = Math.min(this.delay * 2, this.delays.longest);
  }

  private async restart(): Promise<void> {
    this.restarts++;
    const link = new ThreadLink(() => this.replace());
    this.link = link;
    try {
      for (const [digest, { files }] of this.models) await loadInto(link, digest, files);
    } catch {
      // Ending the thread schedules the next attempt; when the thread itself died, that is done already.
      await link.terminate('the models could not be loaded again');
      return;
    }
    if (this.link !== link || this.state !== 'down') return;
    this.state = 'ready';
    this.readySince = Date.now();
    this.wakeWaiters();
  }

  private wakeWaiters(): void {
    for (const wake of this.waiters.splice(0)) wake();
  }
}

async function loadInto(link: ThreadLink, digest: string, files: ReadonlyMap<string, Uint8Array>): Promise<ModelShape> {
  const { shape } = await link.ask({ type: 'load', digest, files });
  if (shape === undefined) throw new ScoringUnavailableError('the scoring thread gave no model shape');
  return shape;
}
