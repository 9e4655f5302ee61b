import { Injectable } from '@nestjs/common';
import { latencyHistogram, telemetry } from '@adlift/telemetry';
import type { PredictAnswer } from '@adlift/wire';
import { FALLBACK_SOURCES } from '../degradation/stand-ins';

/**
 * Counts and times predictions; names and meanings in docs/metrics.md. The counters are read when somebody asks for
 * them: adding to an instrument at each request costs more than counting.
 */
@Injectable()
export class PredictMetrics {
  /** Since the start. */
  readonly counts = { requests: 0, fallbacks: 0, unlogged: 0, failed: 0 };
  /** By outcome and by source; a series that is there from the start is one that an alert can be written for. */
  private readonly outcomes = new Map<string, number>([
    ['model', 0],
    ['fallback', 0],
  ]);
  private readonly sources = new Map<string, number>(FALLBACK_SOURCES.map((source) => [source, 0]));
  private readonly duration = latencyHistogram('adlift_predict_duration_seconds', 'Time from the call to the answer');

  constructor() {
    const { meter } = telemetry();
    meter
      .createObservableCounter('adlift_predict_requests', {
        description: 'Predict calls by outcome: model, fallback, repeated, or the error code',
      })
      .addCallback((result) => this.outcomes.forEach((count, outcome) => result.observe(count, { outcome })));
    meter
      .createObservableCounter('adlift_predict_fallbacks', {
        description: 'Answers that did not come from the planned model, by source',
      })
      .addCallback((result) => this.sources.forEach((count, source) => result.observe(count, { source })));
    meter
      .createObservableCounter('adlift_predictions_unlogged', {
        description: 'Answers whose row of the prediction log could not be kept',
      })
      .addCallback((result) => result.observe(this.counts.unlogged));
  }

  answered({ fallback, fallbackSource }: PredictAnswer, totalMs: number, unlogged: boolean): void {
    this.counts.requests++;
    this.duration.record(totalMs / 1000);
    increment(this.outcomes, fallback ? 'fallback' : 'model');
    if (fallback) {
      this.counts.fallbacks++;
      increment(this.sources, fallbackSource);
    }
    if (unlogged) this.counts.unlogged++;
  }

  repeated(): void {
    increment(this.outcomes, 'repeated');
  }

  failed(code: string): void {
    this.counts.failed++;
    increment(this.outcomes, code);
  }
}

function increment(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
