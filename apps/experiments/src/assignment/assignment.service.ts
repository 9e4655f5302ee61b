import { Injectable } from '@nestjs/common';
import { explainSplit, ROLLOUT_SEED, VARIANT_SEED } from '@adlift/assignment';
import type { AssignmentExplanation } from '@adlift/client';
import { DomainError } from '@adlift/problem';
import { ExperimentService } from '../experiment/experiment.service';
import { FlagOutbox } from '../flag-sync/flag-outbox';

/** Says where a unit is put and why, from what Unleash was told, without asking it. */
@Injectable()
export class AssignmentService {
  constructor(
    private readonly experiments: ExperimentService,
    private readonly outbox: FlagOutbox,
  ) {}

  /** Throws `not_found`; `failed_precondition` for an experiment that never had a flag. */
  async explain(key: string, unitId: string): Promise<AssignmentExplanation> {
    const { revision, phase, drift } = await this.experiments.get(key);
    const newest = await this.outbox.newest(key);
    if (newest === undefined)
      throw new DomainError(
        'failed_precondition',
        `experiment "${key}" has no flag that could assign a unit`,
        'experiment',
      );
    const { state, strategy } = newest.plan;
    const { groupId = key, rollout: percent } = strategy.parameters;
    const rollout = Number(percent);
    const split = explainSplit({ groupId, rollout, variants: strategy.variants }, unitId);
    const enabled = state === 'on';
    return {
      ...{ experiment: key, unitId, revision, phase, enabled },
      applied: newest.applied && drift === null,
      strategy: {
        name: strategy.name,
        hashInput: split.hashInput,
        seed: ROLLOUT_SEED,
        hash: split.rolloutHash,
        bucket: split.bucket,
        rollout,
        inRollout: split.inRollout,
      },
      variants: {
        hashInput: split.hashInput,
        seed: VARIANT_SEED,
        hash: split.variantHash,
        point: split.point,
        ranges: split.ranges,
      },
      variant: enabled ? (split.variant ?? null) : null,
    };
  }
}
