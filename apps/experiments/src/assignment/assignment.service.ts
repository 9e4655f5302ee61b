import { Injectable } from '@nestjs/common';
import { explainSplit, HOLDOUT_FLAG, ROLLOUT_SEED, VARIANT_SEED } from '@adlift/assignment';
import type { AssignmentExplanation } from '@adlift/client';
import { DomainError } from '@adlift/problem';
import { ExperimentService } from '../experiment/experiment.service';
import { layerFlag, layerPlan } from '../layer/layer-flag';
import { numbers, type LayerDesign } from '../layer/layer-slots';
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
    const { revision, phase, drift, design } = await this.experiments.get(key);
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
    const layer = design.layer === undefined ? null : explainLayer(design.layer, unitId);
    // It goes by the user, of whom a session or a request says nothing.
    const holdout = design.unit === 'user' ? await this.explainHoldout(unitId) : null;
    const open = enabled && holdout?.heldOut !== true && layer?.inSlots !== false;
    return {
      ...{ experiment: key, unitId, revision, phase, enabled, holdout, layer },
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
      variant: open ? (split.variant ?? null) : null,
    };
  }

  private async explainHoldout(unitId: string): Promise<AssignmentExplanation['holdout']> {
    const newest = await this.outbox.newest(HOLDOUT_FLAG);
    if (newest?.plan.state !== 'on') return null;
    const percent = Number(newest.plan.strategy.parameters['rollout']);
    const split = explainSplit({ groupId: HOLDOUT_FLAG, rollout: percent, variants: [] }, unitId);
    const { hashInput, rolloutHash: hash, bucket, inRollout: heldOut } = split;
    return { hashInput, hash, bucket, percent, heldOut };
  }
}

function explainLayer({ name, slots }: LayerDesign, unitId: string): AssignmentExplanation['layer'] {
  const { strategy } = layerPlan(layerFlag(name));
  const rule = { groupId: layerFlag(name), rollout: 100, variants: strategy.variants };
  const { hashInput, variantHash: hash, variant } = explainSplit(rule, unitId);
  const slot = 1 + strategy.variants.findIndex((one) => one.name === variant);
  return { name, hashInput, hash, slot, slots, inSlots: numbers(slots).includes(slot) };
}
