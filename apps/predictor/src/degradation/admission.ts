import { Inject, Injectable } from '@nestjs/common';
import { ScoringPool } from '@adlift/scoring';
import { PREDICTOR_CONFIG, type PredictorEnvironment } from '../predictor-config';
import type { ServedModel } from '../serving/model-repository';
import { shedLevel, type ShedLevel } from './shed-level';

/**
 * Decides what a request may cost, by the time it would wait: for a scoring thread, and for this process's own event
 * loop. What comes late in one turn of the loop has waited in the socket as long as the turn has taken.
 */
@Injectable()
export class Admission {
  /** Requests by the level that they met, since the start. */
  readonly counts: number[] = Array.from({ length: 8 }, () => 0);
  private readonly targetMs: number;
  private turnBegan: number | undefined;

  constructor(
    @Inject(PREDICTOR_CONFIG) config: PredictorEnvironment,
    private readonly pool: ScoringPool,
  ) {
    this.targetMs = config.QUEUE_TARGET_MS;
  }

  /** The level for a request that would be scored by `model` and has `remainingMs` until its deadline. */
  level(model: ServedModel | undefined, remainingMs: number): ShedLevel {
    const level = this.peek(model, remainingMs);
    this.counts[level] = (this.counts[level] ?? 0) + 1;
    return level;
  }

  /** The same for work that is no request of its own, uncounted. */
  peek(model: ServedModel | undefined, remainingMs: number): ShedLevel {
    const wait = model === undefined ? 0 : this.pool.expectedWaitMs(model.digest);
    // A model that cannot score at all is a failure, which others answer for; it is no sign of load.
    return shedLevel(Math.max(wait === Infinity ? 0 : wait, this.turnMs()) / Math.min(this.targetMs, remainingMs / 2));
  }

  /** Milliseconds since the first request of this turn of the event loop. */
  private turnMs(): number {
    const now = performance.now();
    if (this.turnBegan === undefined) {
      this.turnBegan = now;
      setImmediate(() => (this.turnBegan = undefined));
    }
    return now - this.turnBegan;
  }
}
