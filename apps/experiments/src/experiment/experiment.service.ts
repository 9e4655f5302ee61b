import { Injectable } from '@nestjs/common';
import type { ValidationView } from '@adlift/client';
import { DomainError, parseBody } from '@adlift/problem';
import { jsonDigest } from '@adlift/wire';
import { flagPlan } from '../flag-sync/experiment-flag';
import { MetricRegistry } from '../metric/metric-registry';
import { ExperimentApproval } from './experiment-approval';
import {
  newExperiment,
  replacedExperiment,
  type ApprovalBody,
  type ListQuery,
  type NewExperiment,
  type PatchedExperiment,
} from './experiment-body';
import { ExperimentChecks } from './experiment-checks';
import type { ExperimentDesign } from './experiment-design';
import { nextState } from './experiment-state';
import { ExperimentStore, type Change } from './experiment-store';
import { designInForce, ExperimentEntity } from './experiment.entity';

/** An experiment as those see it who analyse it: with the design that its present phase was served by. */
export interface CurrentExperiment {
  readonly key: string;
  readonly source: ExperimentEntity['source'];
  readonly state: ExperimentEntity['state'];
  readonly phase: number;
  readonly design: ExperimentDesign;
  readonly drift: ExperimentEntity['drift'];
}

/** Experiments before and beside their traffic: made, looked at, edited, cloned, approved. */
@Injectable()
export class ExperimentService {
  constructor(
    private readonly store: ExperimentStore,
    private readonly checks: ExperimentChecks,
    private readonly approval: ExperimentApproval,
    private readonly metrics: MetricRegistry,
  ) {}

  /** Throws `already_exists` for a key that is taken, `invalid_argument` for a metric that there is not. */
  async create(body: NewExperiment, actor: string): Promise<ExperimentEntity> {
    return this.store.create({ ...body, design: await this.metrics.resolve(body.design) }, actor);
  }

  /** Checks all that can be checked before the start. Throws as the steps up to the start would. */
  async validate(body: NewExperiment, actor: string): Promise<ValidationView> {
    const { key, source, schedule } = body;
    const design = await this.metrics.resolve(body.design);
    if (source === 'flag') await this.checks.requireModels(design);
    const rollout = schedule.ramp?.steps[0]?.rollout ?? design.rollout;
    return {
      valid: true,
      designHash: jsonDigest(design),
      approvalNeeded: this.approval.isNeeded({ source, design }, design.rollout, actor),
      flag: source === 'flag' ? flagPlan('on', { key, design, phase: 1, rollout }).strategy : null,
    };
  }

  /** A page in the order in which they were made, and whether more follow. Throws `invalid_argument` for a stale cursor. */
  async list({ state, limit, cursor }: ListQuery): Promise<{ experiments: ExperimentEntity[]; more: boolean }> {
    const after = cursor === undefined ? undefined : await this.store.get(cursor);
    const query = this.store.manager
      .createQueryBuilder(ExperimentEntity, 'e')
      .orderBy('e.createdAt', 'ASC')
      .addOrderBy('e.key', 'ASC')
      .take(limit + 1);
    if (state === undefined) query.andWhere("e.state <> 'archived'");
    else query.andWhere('e.state = :state', { state });
    if (after !== undefined) {
      // Compared where it is stored: a Date has milliseconds, the column has microseconds.
      query.andWhere('(e.created_at, e.key) > (SELECT created_at, key FROM experiment WHERE key = :key)', {
        key: after.key,
      });
    }
    const found = await query.getMany();
    return { experiments: found.slice(0, limit), more: found.length > limit };
  }

  /** Throws `not_found`. */
  get(key: string): Promise<ExperimentEntity> {
    return this.store.get(key);
  }

  /** Throws `not_found`. */
  async current(key: string): Promise<CurrentExperiment> {
    const experiment = await this.store.get(key);
    const { source, state, phase, drift } = experiment;
    const design = designInForce(experiment);
    // Weights that were amended while it is paused hold from the next phase on.
    const served = await this.store.weights(key, phase);
    const variants = design.variants.map((one) => ({ ...one, weight: served.get(one.name) ?? one.weight }));
    return { key, source, state, phase, drift, design: { ...design, variants } };
  }

  /**
   * Changes a draft, or what was said to be ready, which is a draft again. Throws `failed_precondition` once it is
   * scheduled or started, `invalid_argument` for what does not fit together.
   */
  async edit(change: Omit<Change, 'action' | 'reason'>, patch: PatchedExperiment): Promise<ExperimentEntity> {
    const { experiment } = await this.store.change(
      { ...change, action: 'edit', reason: '' },
      async (manager, draft) => {
        draft.state = nextState(draft.key, draft.state, 'edit');
        const { description, design, schedule } = { ...draft, ...patch };
        Object.assign(draft, parseBody(replacedExperiment, { description, design, schedule }));
        draft.design = await this.metrics.resolve(draft.design, manager);
        draft.changedBy = change.actor;
        return undefined;
      },
    );
    return experiment;
  }

  /** A draft of its own with the same design in force, and no times. Throws `not_found`, `already_exists`. */
  async clone(
    key: string,
    copy: { key: string; description?: string | undefined },
    actor: string,
  ): Promise<ExperimentEntity> {
    const original = await this.store.get(key);
    const { description, source } = original;
    const body = { description, source, design: designInForce(original), ...copy };
    return this.create(parseBody(newExperiment, body), actor);
  }

  /** Agrees to the design in force as the second person. Throws `permission_denied` for who wrote it. */
  async approve(
    change: Omit<Change, 'action' | 'reason'>,
    { reason, maxRollout }: ApprovalBody,
  ): Promise<ExperimentEntity> {
    const upTo = ({ design }: ExperimentEntity): number => maxRollout ?? design.rollout;
    const approving: Change = {
      ...{ ...change, action: 'approve', reason },
      details: (approved) => ({ maxRollout: upTo(approved) }),
    };
    const { experiment } = await this.store.change(approving, async (manager, one) => {
      if (['concluded', 'aborted', 'archived'].includes(one.state))
        throw new DomainError('failed_precondition', `experiment "${one.key}" is ${one.state} and takes no approval`);
      await this.approval.approve(manager, one, { approver: change.actor, maxRollout: upTo(one), reason });
      return undefined;
    });
    return experiment;
  }
}
