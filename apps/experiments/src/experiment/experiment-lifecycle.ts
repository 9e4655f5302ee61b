import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { DomainError } from '@adlift/problem';
import { jsonDigest } from '@adlift/wire';
import { EXPERIMENTS_CONFIG, type ExperimentsEnvironment } from '../experiments-config';
import { ExperimentApproval } from './experiment-approval';
import { ExperimentChecks } from './experiment-checks';
import { nextState } from './experiment-state';
import { ExperimentSteps, type Step, type StepTaken } from './experiment-steps';
import { ExperimentStore } from './experiment-store';
import { reachOf, type ExperimentEntity } from './experiment.entity';

const DAY_MS = 86_400_000;

/** The steps of an experiment's life that begin, hold up and end its traffic. All throw as {@link ExperimentSteps.take} does. */
@Injectable()
export class ExperimentLifecycle {
  constructor(
    private readonly steps: ExperimentSteps,
    private readonly store: ExperimentStore,
    private readonly checks: ExperimentChecks,
    private readonly approval: ExperimentApproval,
    @Inject(EXPERIMENTS_CONFIG) private readonly config: ExperimentsEnvironment,
  ) {}

  /** Says that the design is finished. Throws `failed_precondition` for a model that is not registered. */
  ready(step: Step): Promise<StepTaken> {
    return this.steps.take(step, 'ready', async (_manager, { source, design }) => {
      if (source === 'flag') await this.checks.requireModels(design);
      return undefined;
    });
  }

  /** Has it start by itself, in the caller's name, who must be allowed to start it now. */
  schedule(step: Step, startAt: string | undefined): Promise<StepTaken> {
    return this.steps.take(step, 'schedule', async (manager, experiment) => {
      const schedule = startAt === undefined ? experiment.schedule : { ...experiment.schedule, startAt };
      if (schedule.startAt === undefined)
        throw new DomainError('failed_precondition', 'there is no time to start at', 'startAt');
      refuseEndBefore(schedule.stopAt, Date.parse(schedule.startAt));
      await this.approval.require(manager, experiment, experiment.design.rollout, step.actor);
      experiment.schedule = schedule;
      experiment.scheduledBy = step.actor;
      return undefined;
    });
  }

  unschedule(step: Step): Promise<StepTaken> {
    return this.steps.take(step, 'unschedule', (_manager, experiment) => {
      experiment.scheduledBy = null;
      return Promise.resolve(undefined);
    });
  }

  /**
   * Waits until every live replica has the models, freezes the design, opens phase 1 and has the flag made. Throws
   * `failed_precondition` also when a model is not registered or not loaded somewhere, another experiment holds the
   * traffic, or a second person has not agreed to it.
   */
  async start(step: Step, { force }: { readonly force: boolean }): Promise<StepTaken> {
    // Without the lock at first: others need not wait while replicas load.
    const draft = await this.store.get(step.key);
    nextState(draft.key, draft.state, 'start');
    await this.startable(this.store.manager, draft, step.actor);
    await this.checks.requireReady(draft, { force });
    return this.steps.take(step, 'start', async (manager, experiment) => {
      await this.startable(manager, experiment, step.actor);
      const { design, schedule } = experiment;
      experiment.rollout = schedule.ramp?.steps[0]?.rollout ?? design.rollout;
      experiment.startedAt = new Date();
      experiment.steppedAt = experiment.startedAt;
      experiment.designHash = jsonDigest(design);
      await this.store.openPhase(manager, experiment, 'start');
      return 'on';
    });
  }

  /** Takes the traffic away for a while. */
  pause(step: Step): Promise<StepTaken> {
    return this.steps.take(step, 'pause', async (manager, experiment) => {
      await this.store.closePhase(manager, experiment, 'pause');
      return 'off';
    });
  }

  /** Gives the traffic back, in a phase of its own. Throws as {@link start} does. */
  async resume(step: Step, { force }: { readonly force: boolean }): Promise<StepTaken> {
    const paused = await this.store.get(step.key);
    nextState(paused.key, paused.state, 'resume');
    await this.resumable(this.store.manager, paused, step.actor);
    await this.checks.requireReady(paused, { force });
    return this.steps.take(step, 'resume', async (manager, experiment) => {
      await this.resumable(manager, experiment, step.actor);
      experiment.drift = null;
      experiment.steppedAt = new Date();
      await this.store.openPhase(manager, experiment, 'resume');
      return 'on';
    });
  }

  /** Ends the traffic and waits for what it still brings; the report stays. */
  stop(step: Step): Promise<StepTaken> {
    return this.steps.take(step, 'stop', async (manager, experiment) => {
      await this.end(manager, experiment, 'stop');
      const days = experiment.design.drainDays ?? this.config.ATTRIBUTION_WINDOW_DAYS;
      // What another system split has been brought in whole by whoever stops it.
      const drainMs = experiment.source === 'import' ? 0 : days * DAY_MS;
      experiment.drainUntil = new Date(Date.now() + drainMs);
      if (drainMs === 0) {
        experiment.state = nextState(experiment.key, experiment.state, 'conclude');
        experiment.concludedAt = new Date();
      }
      return 'off';
    });
  }

  /** Takes the results as they are, without waiting any longer for conversions. */
  conclude(step: Step): Promise<StepTaken> {
    return this.steps.take(step, 'conclude', (_manager, experiment) => {
      experiment.concludedAt = new Date();
      return Promise.resolve(undefined);
    });
  }

  /** Ends it without a result. */
  abort(step: Step): Promise<StepTaken> {
    return this.steps.take(step, 'abort', async (manager, experiment) => {
      if (experiment.phase === 0) return undefined;
      await this.end(manager, experiment, 'abort');
      return 'off';
    });
  }

  /** Puts it out of sight, and its flag into Unleash's archive; its report stays. */
  archive(step: Step): Promise<StepTaken> {
    return this.steps.take(step, 'archive', (_manager, { phase }) =>
      Promise.resolve(phase === 0 ? undefined : 'archived'),
    );
  }

  private async end(manager: EntityManager, experiment: ExperimentEntity, reason: string): Promise<void> {
    await this.store.closePhase(manager, experiment, reason);
    experiment.drift = null;
    experiment.endedAt = new Date();
  }

  private async startable(manager: EntityManager, experiment: ExperimentEntity, actor: string): Promise<void> {
    refuseEndBefore(experiment.schedule.stopAt, Date.now());
    await this.approval.require(manager, experiment, experiment.design.rollout, actor);
    await this.checks.refuseOverlap(manager, experiment);
  }

  private async resumable(manager: EntityManager, experiment: ExperimentEntity, actor: string): Promise<void> {
    await this.approval.require(manager, experiment, reachOf(experiment), actor);
    await this.checks.refuseOverlap(manager, experiment);
  }
}

function refuseEndBefore(stopAt: string | undefined, startMs: number): void {
  if (stopAt === undefined || Date.parse(stopAt) > startMs) return;
  throw new DomainError('failed_precondition', `it would end (${stopAt}) before it starts`, 'schedule.stopAt');
}
