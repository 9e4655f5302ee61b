import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { DomainError, parseBody } from '@adlift/problem';
import type { AmendmentBody } from './experiment-body';
import { ExperimentApproval } from './experiment-approval';
import { ExperimentChecks } from './experiment-checks';
import { experimentDesign, type ExperimentDesign } from './experiment-design';
import { ExperimentSteps, type Step, type StepTaken } from './experiment-steps';
import { ExperimentStore } from './experiment-store';
import { nextRampStep, reachedRampStep } from './ramp';
import { designInForce, reachOf, type ExperimentEntity } from './experiment.entity';

/** What may change of a started experiment, whose design is frozen. All throw as {@link ExperimentSteps.take} does. */
@Injectable()
export class ExperimentAmendment {
  constructor(
    private readonly steps: ExperimentSteps,
    private readonly store: ExperimentStore,
    private readonly checks: ExperimentChecks,
    private readonly approval: ExperimentApproval,
  ) {}

  /** Moves the share of all units. A unit that is in it stays in its arm, so the phase goes on. */
  async ramp(step: Step, rollout: number): Promise<StepTaken> {
    await this.growable(await this.store.get(step.key), rollout);
    return this.steps.take(step, 'ramp', async (manager, experiment) => {
      await this.approval.require(manager, experiment, rollout, step.actor);
      return setRollout(experiment, rollout);
    });
  }

  /** Goes to the next step of the plan that was agreed to. */
  async rampOn(step: Step): Promise<StepTaken> {
    const experiment = await this.store.get(step.key);
    await this.growable(experiment, nextRampStep(experiment)?.rollout ?? 0);
    return this.steps.take(step, 'ramp', (_manager, experiment) => {
      const next = nextRampStep(experiment);
      if (next === undefined) throw new DomainError('failed_precondition', 'the ramp has no further step');
      return Promise.resolve(setRollout(experiment, next.rollout));
    });
  }

  /**
   * Changes description, schedule, or weights and models; the latter in a phase of their own, and above the share that
   * one person may decide about only while it is paused, so that it is approved before it resumes.
   */
  amend(step: Step, { description, schedule, variants = {} }: AmendmentBody): Promise<StepTaken> {
    return this.steps.take(step, 'amend', async (manager, experiment) => {
      if (description !== undefined) experiment.description = description;
      if (schedule !== undefined) {
        const highest = schedule.ramp?.steps.at(-1)?.rollout ?? 0;
        await this.approval.require(manager, experiment, highest, step.actor);
        experiment.schedule = schedule;
        experiment.rampStep = reachedRampStep(schedule, experiment.rollout);
        experiment.steppedAt = new Date();
      }
      if (Object.keys(variants).length === 0) return undefined;
      return this.amendVariants(manager, experiment, variants, step.actor);
    });
  }

  /** Has a flag that was changed by hand say again what it shall, in a phase of its own. */
  resync(step: Step): Promise<StepTaken> {
    return this.steps.take(step, 'resync', async (manager, experiment) => {
      if (experiment.drift === null)
        throw new DomainError('failed_precondition', 'Unleash was not found to say anything else');
      experiment.drift = null;
      await this.store.openPhase(manager, experiment, 'resync');
      return 'on';
    });
  }

  /**
   * A larger share is for replicas that have the models. A smaller one is never kept waiting, and what is paused is
   * looked at when it resumes.
   */
  private async growable(experiment: ExperimentEntity, rollout: number): Promise<void> {
    if (experiment.state !== 'running' || rollout <= (experiment.rollout ?? 0)) return;
    await this.checks.requireReady(experiment, { force: true });
  }

  private async amendVariants(
    manager: EntityManager,
    experiment: ExperimentEntity,
    changes: NonNullable<AmendmentBody['variants']>,
    actor: string,
  ): Promise<'on' | undefined> {
    const amended = amendedDesign(designInForce(experiment), changes);
    if (experiment.source === 'flag') await this.checks.requireModels(amended);
    experiment.amended = amended;
    experiment.changedBy = actor;
    if (experiment.state === 'paused') return undefined;
    // Running, it would be in force before anybody could agree to it, and its ramp would go on with it.
    const reach = reachOf(experiment);
    if (this.approval.isNeeded(experiment, reach, actor)) {
      throw new DomainError(
        'failed_precondition',
        `at ${reach} % of the traffic, now or by its ramp, pause "${experiment.key}" first, amend it, have it approved, and resume it`,
        'approval',
      );
    }
    await this.store.openPhase(manager, experiment, 'amendment');
    return 'on';
  }
}

function setRollout(experiment: ExperimentEntity, rollout: number): 'on' | undefined {
  // One that was reached stays so when the share is lowered.
  experiment.rampStep = Math.max(experiment.rampStep, reachedRampStep(experiment.schedule, rollout));
  experiment.rollout = rollout;
  experiment.steppedAt = new Date();
  return experiment.state === 'running' ? 'on' : undefined;
}

/** Throws `invalid_argument` for a variant that there is not, and as a design of its own would. */
function amendedDesign(design: ExperimentDesign, changes: NonNullable<AmendmentBody['variants']>): ExperimentDesign {
  const unknown = Object.keys(changes).find((name) => !design.variants.some((variant) => variant.name === name));
  if (unknown !== undefined)
    throw new DomainError('invalid_argument', `variants.${unknown}: there is no such variant`, `variants.${unknown}`);
  const variants = design.variants.map((variant) => ({ ...variant, ...changes[variant.name] }));
  return parseBody(experimentDesign, { ...design, variants });
}
