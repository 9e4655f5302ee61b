import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { DomainError } from '@adlift/problem';
import { foreignFlag } from '../flag-sync/flag-worker';
import { UnleashAdmin } from '../flag-sync/unleash-admin';
import { ModelReadiness, type ReadinessOptions } from '../model/model-readiness';
import { ModelRegistry } from '../model/model-registry';
import type { ExperimentDesign } from './experiment-design';
import { designInForce, ExperimentEntity } from './experiment.entity';

/** What has to be true before an experiment gets traffic. Imported ones get none from here and need nothing. */
@Injectable()
export class ExperimentChecks {
  constructor(
    private readonly models: ModelRegistry,
    private readonly readiness: ModelReadiness,
    private readonly unleash: UnleashAdmin,
  ) {}

  /** Throws `failed_precondition` naming the first model that is not registered. */
  async requireModels({ variants, shadow = [] }: ExperimentDesign): Promise<void> {
    await this.models.requireRegistered([...variants, ...shadow]);
  }

  /**
   * Resolves when every live replica has the models, and Unleash has no flag of that name that is not ours. Throws
   * `failed_precondition`. Takes as long as replicas load, so it is asked before anything is locked.
   */
  async requireReady(experiment: ExperimentEntity, options: ReadinessOptions): Promise<void> {
    if (experiment.source === 'import') return;
    const design = designInForce(experiment);
    await this.requireModels(design);
    // While Unleash is away the flag waits anyway; then the worker finds out.
    const found = await this.unleash.read(experiment.key).catch(() => undefined);
    if (found !== undefined && !this.unleash.isOurs(found)) throw foreignFlag(experiment.key);
    await this.readiness.require(modelsOf(design), options);
  }

  /** Throws `failed_precondition` naming the experiment that holds the traffic. */
  async refuseOverlap(manager: EntityManager, { key, source }: ExperimentEntity): Promise<void> {
    if (source === 'import') return;
    const running = await manager.findOneBy(ExperimentEntity, { state: 'running', source: 'flag' });
    if (running === null || running.key === key) return;
    throw new DomainError(
      'failed_precondition',
      `experiment "${running.key}" is running on the same traffic; stop it first (POST /v1/experiments/${running.key}/stop), then start "${key}"`,
    );
  }
}

/** Models that answer, by "name@version", each once: a shadow that does not load is missed by nobody who asks. */
function modelsOf({ variants }: ExperimentDesign): string[] {
  return [...new Set(variants.flatMap(({ ctr, cvr }) => (cvr === undefined ? [ctr] : [ctr, cvr])))];
}
