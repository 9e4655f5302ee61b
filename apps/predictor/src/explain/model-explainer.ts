import { Injectable } from '@nestjs/common';
import {
  baselineColumns,
  EncodedRows,
  explainWeights,
  Replacement,
  ScoreNotFiniteError,
  type Explained,
} from '@adlift/explanation';
import { DomainError } from '@adlift/problem';
import { GOLDEN_TOLERANCE } from '@adlift/scoring';
import { sigmoid, type Weights } from '@adlift/training';
import type { ServedModel } from '../serving/model-repository';
import { ModelScorer, type Candidates } from '../serving/model-scorer';
import type { ExplainMethod } from './explanation-answer';
import { ReplacementScorer } from './replacement-scorer';
import { WeightStore } from './weight-store';

/** Explanations of candidates in the order they were asked for. */
export interface Explanations {
  readonly method: ExplainMethod;
  readonly explained: readonly Explained[];
}

/** Explains scores of one model: by its own weights if it came with them, else by replacing features. */
@Injectable()
export class ModelExplainer {
  constructor(
    private readonly weights: WeightStore,
    private readonly scorer: ModelScorer,
    private readonly replacements: ReplacementScorer,
  ) {}

  /**
   * Rejects with `overloaded`, `deadline_exceeded`, `unavailable` when the model does not score, or
   * `failed_precondition` when it gives a candidate no finite score.
   */
  async explain(model: ServedModel, candidates: Candidates, wanted: readonly number[]): Promise<Explanations> {
    const weights = await this.weights.of(model);
    if (weights !== undefined) {
      const explained = byWeights(weights, model, candidates, wanted);
      if (await this.areServed(explained, model, candidates, wanted)) {
        return { method: weights.kind === 'lr' ? 'linear' : 'factorisation', explained };
      }
      this.weights.distrust(model);
    }
    return { method: 'replacement', explained: await this.byReplacement(model, candidates, wanted) };
  }

  /** A weight file is only an attachment: it is believed where it gives the scores that the model gives. */
  private async areServed(
    explained: readonly Explained[],
    model: ServedModel,
    candidates: Candidates,
    wanted: readonly number[],
  ): Promise<boolean> {
    const scores = await this.scorer.score(candidates, model);
    if (scores === 'expired') throw new DomainError('deadline_exceeded', 'the deadline passed before the scores came');
    if (scores === 'failed') throw new DomainError('unavailable', `${model.reference} does not score`, undefined, 1);
    return explained.every(
      ({ logit }, i) => Math.abs(sigmoid(logit) - (scores.probability[wanted[i] ?? 0] ?? NaN)) <= GOLDEN_TOLERANCE,
    );
  }

  private async byReplacement(
    model: ServedModel,
    { n, columns, deadline }: Candidates,
    wanted: readonly number[],
  ): Promise<Explained[]> {
    const { features, baseline } = model.manifest;
    const plan = new Replacement(model.encoder, columns, n, wanted, baselineColumns(features, baseline.features));
    const logits = await this.replacements.score(plan, model, deadline);
    try {
      return plan.explain(logits);
    } catch (error) {
      if (error instanceof ScoreNotFiniteError) {
        throw new DomainError('failed_precondition', `${model.reference} gives ${error.message}`);
      }
      throw error;
    }
  }
}

function byWeights(
  weights: Weights,
  { encoder, manifest }: ServedModel,
  { n, columns }: Candidates,
  wanted: readonly number[],
): Explained[] {
  const rows = new EncodedRows(encoder, columns, n);
  return wanted.map((row) => explainWeights(weights, encoder, rows, row, manifest));
}
