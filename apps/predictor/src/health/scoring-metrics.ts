import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { ScoringPool } from '@adlift/scoring';
import { observe } from '@adlift/telemetry';
import { Admission } from '../degradation/admission';
import { Breaker } from '../degradation/breaker';
import { SHED } from '../degradation/shed-level';
import { ModelRepository } from '../serving/model-repository';

/** Publishes the state of models and scoring threads, and what the load makes of requests. */
@Injectable()
export class ScoringMetrics implements OnApplicationBootstrap {
  constructor(
    private readonly pool: ScoringPool,
    private readonly models: ModelRepository,
    private readonly admission: Admission,
    private readonly breaker: Breaker,
  ) {}

  onApplicationBootstrap(): void {
    observe('adlift_scoring_ready', '1 when a scoring worker can answer', () => [[Number(this.pool.ready), {}]]);
    observe('adlift_scoring_restarts', 'Scoring workers started to replace dead ones', () => [
      [this.pool.restarts, {}],
    ]);
    observe('adlift_models', 'Models by state: loaded, loading, failed, previous', () => {
      const { loaded, loading, failed, previous } = this.models.state();
      return [
        [loaded.length, { state: 'loaded' }],
        [loading.length, { state: 'loading' }],
        [failed.length, { state: 'failed' }],
        [previous.length, { state: 'previous' }],
      ];
    });
    observe('adlift_breaker_open', 'Model versions taken out because they failed', () => [
      [this.breaker.open.length, {}],
    ]);
    observe('adlift_predict_levels', 'Predict calls by what was left out because of the load, since the start', () =>
      Object.entries({ nothing: 0, ...SHED }).map(
        ([left, level]) => [this.admission.counts[level] ?? 0, { left_out: left }] as const,
      ),
    );
  }
}
