import type { ScoringSlot } from './scoring-slot';
import type { ThreadLink } from './thread-link';

/**
 * Slots for one request, one per model asked for, all of one worker. Use: encode into `slots`, `await run()`, read each
 * slot's `probability`, `release()`. The slots must not be touched during a run or after the release.
 */
export class ScoringBatch {
  private state: 'held' | 'running' | 'released' = 'held';
  private releaseAfterRun = false;
  /** Milliseconds the models ran in the last run; the rest of its time was spent waiting. */
  runMs = 0;

  constructor(
    readonly slots: readonly ScoringSlot[],
    private readonly link: ThreadLink,
    private readonly giveBack: (slots: readonly ScoringSlot[]) => void,
  ) {}

  /** Scores all slots in one message; rejects with ScoringUnavailableError at once when the worker dies. */
  async run(): Promise<void> {
    if (this.state !== 'held') throw new Error(`the batch is ${this.state}, a run needs a held one`);
    this.state = 'running';
    try {
      const { invalid, runMs = 0 } = await this.link.ask({ type: 'score', jobs: this.slots.map((slot) => slot.job()) });
      this.runMs = runMs;
      this.slots.forEach((slot, i) => {
        slot.invalid = invalid?.[i] ?? 0;
      });
    } finally {
      this.state = 'held';
      if (this.releaseAfterRun) this.release();
    }
  }

  /** Gives the slots back, once a run that is under way has ended; safe to call twice. */
  release(): void {
    if (this.state === 'running') {
      this.releaseAfterRun = true;
    } else if (this.state === 'held') {
      this.state = 'released';
      this.giveBack(this.slots);
    }
  }
}
