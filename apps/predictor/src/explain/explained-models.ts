import { Injectable } from '@nestjs/common';
import { DomainError } from '@adlift/problem';
import type { PredictRequest } from '@adlift/wire';
import { Assigner } from '../routing/assigner';
import { ModelRepository, type ServedModel } from '../serving/model-repository';

/** The click model of a request, with the experiment and variant it serves; both empty for the champion. */
export interface ExplainedModel {
  readonly model: ServedModel;
  readonly experiment: string;
  readonly variant: string;
}

/** Finds the model that would serve a request, by its assignment but without exposing its unit. */
@Injectable()
export class ExplainedModels {
  constructor(
    private readonly assigner: Assigner,
    private readonly models: ModelRepository,
  ) {}

  /** Throws InvalidField as routing does, and `unavailable` while the model is not loaded. */
  of(request: PredictRequest): ExplainedModel {
    const { plan, assignments } = this.assigner.preview(request);
    const reference = plan === undefined ? this.models.champions.ctr : plan.ctr;
    const model = this.models.find(reference);
    if (model === undefined) {
      throw new DomainError('unavailable', `the model ${reference ?? 'of no experiment'} is not loaded`, undefined, 1);
    }
    const assigned = plan === undefined ? undefined : assignments.find(({ served }) => served !== '');
    return { model, experiment: assigned?.experiment ?? '', variant: assigned?.assigned ?? '' };
  }
}
