import { Inject, Injectable } from '@nestjs/common';
import { observe } from '@adlift/telemetry';
import { BackgroundJob } from '../background/background-job';
import { EXPERIMENTS_CONFIG, type ExperimentsEnvironment } from '../experiments-config';
import { ExperimentStore } from '../experiment/experiment-store';
import { flagDrift, type FlagDifference } from './flag-drift';
import { FlagOutbox } from './flag-outbox';
import type { FlagPlan } from './flag-plan';
import { plannedFlags } from './planned-flags';
import { UnleashAdmin } from './unleash-admin';

/** Thrown out of a change that turned out to have nothing to change. */
class NothingNew extends Error {}

/**
 * Reads back from Unleash what it was told. What differs was changed there by hand: it is shown on the experiment, and
 * the phase ends, because its traffic is not split as it was planned any more. The flag is left as it is found, until
 * somebody decides.
 */
@Injectable()
export class FlagReconciler extends BackgroundJob {
  private drifting = 0;

  constructor(
    private readonly outbox: FlagOutbox,
    private readonly unleash: UnleashAdmin,
    private readonly store: ExperimentStore,
    @Inject(EXPERIMENTS_CONFIG) private readonly config: ExperimentsEnvironment,
  ) {
    super('flag-sync', 'flags cannot be read back', config.FLAG_RECONCILE_MS);
  }

  override onApplicationBootstrap(): void {
    observe('adlift_flags_drifting', 'Flags that say something else than they were told, by the last look', () => [
      [this.drifting, {}],
    ]);
    super.onApplicationBootstrap();
  }

  protected async turn(ending: AbortSignal): Promise<number> {
    const pauseMs = this.config.FLAG_RECONCILE_MS;
    let drifting = 0;
    for (const { flag, id, plan } of await this.outbox.applied()) {
      if (ending.aborted) return pauseMs;
      const differences = await this.differences(flag, plan);
      if (differences.length > 0) drifting++;
      if (differences.length > 0) await this.note(flag, id, plan, differences);
    }
    this.drifting = drifting;
    return pauseMs;
  }

  /** Of the experiment's own flag, and of its layer's under the name of that. */
  private async differences(experiment: string, plan: FlagPlan): Promise<FlagDifference[]> {
    const all: FlagDifference[] = [];
    for (const [flag, wanted] of plannedFlags(experiment, plan)) {
      const differences = flagDrift(await this.unleash.read(flag), wanted);
      const within = flag === experiment ? '' : `${flag}.`;
      all.push(...differences.map((difference) => ({ ...difference, field: within + difference.field })));
    }
    return all;
  }

  private async note(
    key: string,
    planId: string,
    { state }: FlagPlan,
    differences: readonly FlagDifference[],
  ): Promise<void> {
    const reason = `Unleash says otherwise: ${differences.map(({ field }) => field).join(', ')}`;
    try {
      await this.store.change({ key, actor: 'adlift', action: 'drift', reason }, async (manager, experiment) => {
        // A plan that came since then is what it has to say now, and a difference is told once.
        const newest = await this.outbox.newest(key);
        const known = JSON.stringify(experiment.drift?.differences) === JSON.stringify(differences);
        if (newest?.id !== planId || known) throw new NothingNew();
        experiment.drift = { since: experiment.drift?.since ?? new Date().toISOString(), differences };
        if (state === 'on') await this.store.closePhase(manager, experiment, 'drift');
        return undefined;
      });
      this.logger.warn(`${key}: ${reason}`);
    } catch (error) {
      if (!(error instanceof NothingNew)) throw error;
    }
  }
}
