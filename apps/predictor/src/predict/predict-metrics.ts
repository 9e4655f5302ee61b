import { Injectable } from '@nestjs/common';
import { latencyHistogram, telemetry } from '@adlift/telemetry';
import type { PredictAnswer } from '@adlift/wire';
import { FALLBACK_SOURCES } from '../degradation/stand-ins';

/** Counts and times predictions; names and meanings in docs/metrics.md. */
@Injectable()
export class PredictMetrics {
  /** Since the start. */
  readonly counts = { requests: 0, fallbacks: 0, unlogged: 0, failed: 0 };
  private readonly meter = telemetry().meter;
  private readonly requests = this.meter.createCounter('adlift_predict_requests', {
    description: 'Predict calls by outcome: model, fallback, repeated, or the error code',
  });
  private readonly fallbacks = this.meter.createCounter('adlift_predict_fallbacks', {
    description: 'Answers that did not come from the planned model, by source',
  });
  private readonly unlogged = this.meter.createCounter('adlift_predictions_unlogged', {
    description: 'Answers whose row of the prediction log could not be kept',
  });
  private readonly duration = latencyHistogram('adlift_predict_duration_seconds', 'Time from the call to the answer');

  constructor() {
    // A series that is there from the start is one that an alert can be written for.
    this.requests.add(0, MODEL);
    this.requests.add(0, FALLBACK);
    for (const source of FALLBACK_SOURCES) this.fallbacks.add(0, { source });
    this.unlogged.add(0);
  }

  answered({ fallback, fallbackSource }: PredictAnswer, totalMs: number, unlogged: boolean): void {
    this.counts.requests++;
    this.duration.record(totalMs / 1000);
    this.requests.add(1, fallback ? FALLBACK : MODEL);
    if (fallback) {
      this.counts.fallbacks++;
      this.fallbacks.add(1, { source: fallbackSource });
    }
    if (unlogged) {
      this.counts.unlogged++;
      this.unlogged.add(1);
    }
  }

  repeated(): void {
    this.requests.add(1, REPEATED);
  }

  failed(code: string): void {
    this.counts.failed++;
    this.requests.add(1, { outcome: code });
  }
}

const MODEL = { outcome: 'model' };
const FALLBACK = { outcome: 'fallback' };
const REPEATED = { outcome: 'repeated' };
