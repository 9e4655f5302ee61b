import { Injectable } from '@nestjs/common';
import { isInExperiment, type ShadowPlan } from '@adlift/assignment';
import { Ledger } from '@adlift/ledger';
import { uuidV7Time } from '@adlift/wire';
import { AdCatalogue } from '../catalogue/ad-catalogue';
import { Admission } from '../degradation/admission';
import { SHED } from '../degradation/shed-level';
import type { AnswerParts } from '../predict/answer-assembler';
import { ModelRepository } from '../serving/model-repository';
import { ModelScorer } from '../serving/model-scorer';
import type { ShadowResult } from './shadow-result';

/** Nobody waits for these scores; after this long the machine has better things to do. */
const TIMEOUT_MS = 250;

/** Scores an answered request with a shadow's model, and hands the pair of scores to the ledger. */
@Injectable()
export class ShadowRunner {
  constructor(
    private readonly models: ModelRepository,
    private readonly scorer: ModelScorer,
    private readonly catalogue: AdCatalogue,
    private readonly admission: Admission,
    private readonly ledger: Ledger,
  ) {}

  /** The answer in `parts` stays as it is. */
  async score(parts: AnswerParts, { name, ctr, rate }: ShadowPlan): Promise<ShadowResult> {
    const { request, route, answered, predictionId } = parts;
    const served = route.assignments.find(isInExperiment);
    // Only the arm's own scores, of the same features, make a pair.
    if (served === undefined || answered.fallback || this.catalogue.version !== answered.catalogueVersion) {
      return 'unpaired';
    }
    const model = this.models.find(ctr);
    if (model === undefined) return 'failed';
    if (Math.max(answered.shed, this.admission.peek(model, TIMEOUT_MS)) >= SHED.shadow) return 'shed';
    const begun = performance.now();
    const { n, columns } = this.catalogue.join(request);
    const scores = await this.scorer.score({ n, columns, deadline: begun + TIMEOUT_MS }, model);
    if (typeof scores === 'string') return scores;
    const kept = this.ledger.shadow({
      predictionId,
      timeMs: uuidV7Time(predictionId),
      experiment: served.experiment,
      phase: served.phase,
      variant: served.assigned,
      shadow: name,
      model: model.reference,
      bundleDigest: model.digest,
      pctrServed: answered.pctr,
      pctrShadow: scores.probability,
      rate,
      scoredUs: Math.round((performance.now() - begun) * 1000),
    });
    return kept ? 'scored' : 'unlogged';
  }
}
