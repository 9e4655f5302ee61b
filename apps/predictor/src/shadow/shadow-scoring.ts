import { Injectable, Logger } from '@nestjs/common';
import type { ShadowPlan } from '@adlift/assignment';
import type { AnswerParts } from '../predict/answer-assembler';
import { inSample } from '../predict/prediction-sample';
import { ShadowMetrics } from './shadow-metrics';
import { ShadowRunner } from './shadow-runner';

/** Requests that are kept for shadows at a time. */
const MAX_IN_FLIGHT = 32;

/** Takes answered requests for the shadows of their experiment: a sample of them, after the answer, few at a time. */
@Injectable()
export class ShadowScoring {
  private readonly logger = new Logger('shadow');
  private inFlight = 0;

  constructor(
    private readonly runner: ShadowRunner,
    private readonly metrics: ShadowMetrics,
  ) {}

  /** Returns at once, whatever becomes of the shadows. */
  offer(parts: AnswerParts): void {
    const { plan, forced } = parts.route;
    if (plan?.shadow === undefined || forced) return;
    for (const shadow of plan.shadow) {
      if (inSample('shadow', parts.predictionId, shadow.rate)) this.take(parts, shadow);
    }
  }

  private take(parts: AnswerParts, shadow: ShadowPlan): void {
    if (this.inFlight >= MAX_IN_FLIGHT) {
      this.metrics.counted('dropped');
      return;
    }
    this.inFlight++;
    setImmediate(() => void this.run(parts, shadow));
  }

  private async run(parts: AnswerParts, shadow: ShadowPlan): Promise<void> {
    try {
      this.metrics.counted(await this.runner.score(parts, shadow));
    } catch (error) {
      this.metrics.counted('failed');
      this.logger.error(error);
    } finally {
      this.inFlight--;
    }
  }
}
