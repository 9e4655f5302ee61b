import { Injectable } from '@nestjs/common';
import { telemetry } from '@adlift/telemetry';
import { SHADOW_RESULTS, type ShadowResult } from './shadow-result';

/** Counts shadow scores; name and meaning in docs/metrics.md. */
@Injectable()
export class ShadowMetrics {
  private readonly scores = telemetry().meter.createCounter('adlift_shadow_scores', {
    description: 'Requests sampled for a shadow variant, by what became of its scores',
  });

  constructor() {
    for (const result of SHADOW_RESULTS) this.scores.add(0, { result });
  }

  counted(result: ShadowResult): void {
    this.scores.add(1, { result });
  }
}
