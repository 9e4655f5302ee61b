import { Injectable } from '@nestjs/common';
import type { UnleashCallView } from '@adlift/client';
import { FlagWorker } from '../flag-sync/flag-worker';
import { nextState, type ExperimentAction } from './experiment-state';
import { ExperimentStore, type Change, type Mutation } from './experiment-store';
import type { ExperimentEntity } from './experiment.entity';

/** Who asks for a step, why, and on what condition. */
export type Step = Omit<Change, 'action'>;

export interface StepTaken {
  readonly experiment: ExperimentEntity;
  /** Of a dry run: what Unleash would be asked for. */
  readonly unleashCalls?: readonly UnleashCallView[];
}

/** Takes steps of an experiment's life: legal ones only, and together with what its flag has to say then. */
@Injectable()
export class ExperimentSteps {
  constructor(
    private readonly store: ExperimentStore,
    private readonly worker: FlagWorker,
  ) {}

  /**
   * Moves the experiment to the state that the action leads to; `mutate` does the rest. Resolves when Unleash has
   * followed, or takes too long to be waited for. Throws `failed_precondition` for an action that its state does not
   * allow, and as {@link ExperimentStore.change} does.
   */
  async take(step: Step, action: ExperimentAction, mutate: Mutation): Promise<StepTaken> {
    const { experiment, plan } = await this.store.change({ ...step, action }, async (manager, experiment) => {
      experiment.state = nextState(experiment.key, experiment.state, action);
      experiment.stateReason = step.reason;
      return mutate(manager, experiment);
    });
    if (step.dryRun === true) {
      return { experiment, unleashCalls: plan === undefined ? [] : await this.worker.preview(step.key, plan) };
    }
    if (plan !== undefined) await this.worker.settle(step.key);
    return { experiment };
  }
}
