import { Inject, Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { DomainError } from '@adlift/problem';
import { BackgroundJob } from '../background/background-job';
import { EXPERIMENTS_CONFIG, type ExperimentsEnvironment } from '../experiments-config';
import { ExperimentAmendment } from './experiment-amendment';
import { ExperimentLifecycle } from './experiment-lifecycle';
import { ExperimentStore } from './experiment-store';
import { ExperimentEntity } from './experiment.entity';
import { nextTurn } from './next-turn';
import { Verdicts } from './verdicts';

/** In whose name things are done when their time has come. */
export const SYSTEM = 'adlift';

/**
 * Starts, ramps, rolls back and ends experiments when their time has come. Every step is taken from the state that it
 * needs and the revision that was looked at, so several processes may do this at once.
 */
@Injectable()
export class LifecycleClock extends BackgroundJob {
  constructor(
    private readonly store: ExperimentStore,
    private readonly lifecycle: ExperimentLifecycle,
    private readonly amendment: ExperimentAmendment,
    private readonly verdicts: Verdicts,
    @Inject(EXPERIMENTS_CONFIG) private readonly config: ExperimentsEnvironment,
  ) {
    super('experiments', 'experiments wait', config.LIFECYCLE_INTERVAL_MS);
  }

  protected async turn(ending: AbortSignal): Promise<number> {
    const pauseMs = this.config.LIFECYCLE_INTERVAL_MS;
    const state = In(['scheduled', 'running', 'paused', 'stopping']);
    let trouble: Error | undefined;
    for (const experiment of await this.store.manager.find(ExperimentEntity, { where: { state } })) {
      if (ending.aborted) return pauseMs;
      try {
        await this.lookAt(experiment);
      } catch (error) {
        // What is wrong with one experiment does not keep the others from their turn.
        if (error instanceof DomainError) await this.noteHindrance(experiment, error);
        else trouble ??= error as Error;
      }
    }
    if (trouble !== undefined) throw trouble;
    return pauseMs;
  }

  private async lookAt(experiment: ExperimentEntity): Promise<void> {
    const { key, revision, scheduledBy } = experiment;
    const turn = await nextTurn(experiment, Date.now(), () => this.verdicts.of(key));
    if (turn === undefined) return;
    const step = { key, actor: SYSTEM, reason: turn.reason, ifMatch: [revision] };
    this.logger.log(`${key}: ${turn.action}, ${turn.reason}`);
    switch (turn.action) {
      case 'start':
        await this.lifecycle.start({ ...step, actor: scheduledBy ?? SYSTEM }, { force: false });
        return;
      case 'pause':
        await this.lifecycle.pause(step);
        return;
      case 'ramp':
        await this.amendment.rampOn(step);
        return;
      case 'stop':
        await this.lifecycle.stop(step);
        return;
      case 'conclude':
        await this.lifecycle.conclude(step);
    }
  }

  /** So that whoever looks at it sees why it does not go on; it is tried again at every turn. */
  private async noteHindrance(
    { key, state, stateReason }: ExperimentEntity,
    { code, message }: DomainError,
  ): Promise<void> {
    // Somebody was faster; the next turn sees what came of it.
    if (code === 'stale_revision' || message === stateReason) return;
    this.logger.warn(`${key} stays ${state}: ${message}`);
    await this.store.manager.query('UPDATE experiment SET state_reason = $2 WHERE key = $1 AND state = $3', [
      key,
      message,
      state,
    ]);
  }
}
