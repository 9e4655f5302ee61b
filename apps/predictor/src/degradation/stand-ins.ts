import { Injectable } from '@nestjs/common';
import type { PredictRequest } from '@adlift/wire';
import { ModelRepository, type ServedModel } from '../serving/model-repository';
import { Priors } from './priors';
import { ScoreMemory } from './score-memory';
import type { RateKind } from './smoothed-rates';

/** Where an answer came from that is not the planned models'. */
export type FallbackSource = 'light_model' | 'previous_model' | 'conversion_prior' | 'cached' | 'prior';

/** All of them, for those who count. */
export const FALLBACK_SOURCES: readonly FallbackSource[] = [
  'light_model',
  'previous_model',
  'conversion_prior',
  'cached',
  'prior',
];

/** What stands in for a model without running one. */
@Injectable()
export class StandIns {
  constructor(
    private readonly memory: ScoreMemory,
    private readonly rates: Priors,
    models: ModelRepository,
  ) {
    models.onChange(() => memory.keepOnly(models.references));
  }

  /** What the model said lately of each ad, and the prior of the ads it has not seen: of clicks unless it says else. */
  scores(
    model: ServedModel | undefined,
    request: PredictRequest,
    campaignIds: readonly string[],
  ): { scores: Float32Array; source: FallbackSource } {
    const scores = this.rates.of(model?.manifest.kind ?? 'ctr', model, request, campaignIds);
    const known = model === undefined ? 0 : this.memory.recall(model.reference, request.adIds, scores);
    return { scores, source: known > 0 ? 'cached' : 'prior' };
  }

  priors(
    kind: RateKind,
    model: ServedModel | undefined,
    request: PredictRequest,
    campaignIds: readonly string[],
  ): Float32Array {
    return this.rates.of(kind, model, request, campaignIds);
  }

  remember(model: ServedModel, { adIds }: PredictRequest, pctr: Float32Array): void {
    this.memory.remember(model.reference, adIds, pctr);
  }
}
