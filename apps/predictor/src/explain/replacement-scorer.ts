import { Injectable } from '@nestjs/common';
import type { Replacement } from '@adlift/explanation';
import { DomainError } from '@adlift/problem';
import { ScoringExpiredError, ScoringPool } from '@adlift/scoring';
import type { ServedModel } from '../serving/model-repository';
import { ExplainGate } from './explain-gate';
import { ReplacementJob } from './replacement-job';

/** As large as an ordinary request or two: a prediction waits for no more than one run that is not its own. */
const ROWS_A_RUN = 256;

/** Runs the rows of a replacement plan, few enough at a time for predictions to come in between. */
@Injectable()
export class ReplacementScorer {
  constructor(
    private readonly pool: ScoringPool,
    private readonly gate: ExplainGate,
  ) {}

  /** Logits of the plan's rows. Rejects with `overloaded`, `deadline_exceeded`, or `unavailable` when the model fails. */
  async score(plan: Replacement, model: ServedModel, deadline: number): Promise<Float64Array> {
    const logits = new Float64Array(plan.rows);
    for (let from = 0; from < plan.rows; from += ROWS_A_RUN) {
      this.gate.check(model, deadline);
      const job = new ReplacementJob(plan, from, Math.min(ROWS_A_RUN, plan.rows - from), deadline, logits);
      try {
        this.pool.submit(model.digest, job);
        await job.done;
      } catch (error) {
        if (error instanceof ScoringExpiredError) throw new DomainError('deadline_exceeded', error.message);
        throw new DomainError('unavailable', `${model.reference}: ${(error as Error).message}`, undefined, 1);
      }
    }
    return logits;
  }
}
