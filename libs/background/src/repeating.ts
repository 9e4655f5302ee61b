import { setTimeout as delay } from 'node:timers/promises';

/** What is done over and over. */
export interface Turns {
  /** Does it once and resolves with the pause before the next turn, milliseconds. `ending` aborts when it is to give up. */
  readonly turn: (ending: AbortSignal) => Promise<number>;
  /**
   * Told of a turn that threw, unless it was made to end; returns the pause before the next try, milliseconds.
   * `again`: the turn before failed with the same message, and was told of.
   */
  readonly failed: (error: Error, again: boolean) => number;
}

/** Takes turns one after the other, with pauses, for as long as the process lives; a turn that fails ends nothing. */
export class Repeating {
  private readonly ending = new AbortController();
  private pausing = new AbortController();
  private running: Promise<void> | undefined;

  constructor(private readonly turns: Turns) {}

  /** Takes the first turn after `afterMs`. */
  start(afterMs = 0): void {
    this.running = this.run(afterMs);
  }

  /** Takes the next turn at once, or, while one is being taken, right after it. */
  wake(): void {
    this.pausing.abort();
  }

  /** Resolves when the turn that is being taken is over; none follows. */
  async end(): Promise<void> {
    this.ending.abort();
    this.wake();
    await this.running;
  }

  private async run(afterMs: number): Promise<void> {
    const { signal } = this.ending;
    let complaint: string | undefined;
    if (afterMs > 0) await this.pause(afterMs);
    while (!signal.aborted) {
      this.pausing = new AbortController();
      let pauseMs: number;
      try {
        pauseMs = await this.turns.turn(signal);
        complaint = undefined;
      } catch (error) {
        if (signal.aborted) return;
        const { message } = error as Error;
        pauseMs = this.turns.failed(error as Error, message === complaint);
        complaint = message;
      }
      await this.pause(pauseMs);
    }
  }

  /** Woken by {@link wake} and by the end. */
  private async pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.pausing.signal }).catch(() => undefined);
  }
}
