import { setTimeout as delay } from 'node:timers/promises';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5000;

/** Pauses between attempts: from 100 ms up to 5 s, half as long to half longer at random, for ever. */
export class BackOff {
  private pauseMs = 0;

  /** `ending` cuts every pause short. */
  constructor(private readonly ending: AbortSignal) {}

  succeeded(): void {
    this.pauseMs = 0;
  }

  /** Resolves when the next attempt is due. */
  async failed(): Promise<void> {
    this.pauseMs = Math.min(Math.max(this.pauseMs * 2, FIRST_PAUSE_MS), LONGEST_PAUSE_MS);
    await this.pause(this.pauseMs * (0.5 + Math.random()));
  }

  async pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.ending }).catch(() => undefined);
  }
}
