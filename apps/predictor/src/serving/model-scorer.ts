import { Injectable, Logger } from '@nestjs/common';
import { ScoringExpiredError, ScoringFailedError, ScoringPool } from '@adlift/scoring';
import type { Columns } from '@adlift/wire';
import { Breaker } from '../degradation/breaker';
import { ModelScores } from './model-scores';
import { ModelRepository, type ServedModel } from './model-repository';

/** What is to be scored: `n` candidates, until `deadline` as of performance.now(). */
export interface Candidates {
  readonly n: number;
  readonly columns: Columns;
  readonly deadline: number;
}

/** Why a model gave no scores: it failed or is taken out, or the deadline came first. */
export type NoScores = 'failed' | 'expired';

/** Asks one model for the scores of candidates. */
@Injectable()
export class ModelScorer {
  private readonly logger = new Logger('predict');
  private complaint = '';

  constructor(
    private readonly pool: ScoringPool,
    private readonly breaker: Breaker,
    models: ModelRepository,
  ) {
    models.onChange(() => breaker.keepOnly(models.references));
  }

  /** Never rejects: whoever asks has another source of an answer. */
  async score({ n, columns, deadline }: Candidates, model: ServedModel): Promise<ModelScores | NoScores> {
    if (!this.breaker.allows(model.reference)) return 'failed';
    try {
      const scores = new ModelScores(model, columns, n, deadline);
      this.pool.submit(model.digest, scores);
      await scores.done;
      this.breaker.succeeded(model.reference);
      return scores;
    } catch (error) {
      // A deadline says more about the load than about the model, and a thread that died is replaced.
      if (error instanceof ScoringExpiredError) return 'expired';
      if (error instanceof ScoringFailedError) this.breaker.failed(model.reference);
      this.complain(`${model.reference}: ${(error as Error).message}`);
      return 'failed';
    }
  }

  private complain(message: string): void {
    if (message !== this.complaint) this.logger.warn(`answering without ${message}`);
    this.complaint = message;
  }
}
