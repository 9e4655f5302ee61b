import { Injectable } from '@nestjs/common';
import { Not, type EntityManager } from 'typeorm';
import { DomainError } from '@adlift/problem';
import { foreignFlag } from '../flag-sync/flag-worker';
import { UnleashAdmin } from '../flag-sync/unleash-admin';
import { sharedSlots, slotsText } from '../layer/layer-slots';
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

  /**
   * No unit may be in two experiments: those that run at the same time are in one layer, each in slots of its own.
   * Throws `failed_precondition` naming the experiment that holds the traffic.
   */
  async refuseOverlap(manager: EntityManager, { key, source, design }: ExperimentEntity): Promise<void> {
    if (source === 'import') return;
    const running = await manager.findBy(ExperimentEntity, { state: 'running', source: 'flag', key: Not(key) });
    for (const other of running) {
      const overlap = overlapOf(design, other.design);
      if (overlap === undefined) continue;
      throw new DomainError(
        'failed_precondition',
        `experiment "${other.key}" is running on ${overlap}; stop it first (POST /v1/experiments/${other.key}/stop), then start "${key}"; or give each its own slots of one layer`,
        'design.layer',
      );
    }
  }
}

/** What two experiments would share, in words; undefined when they exclude each other. */
function overlapOf({ layer: ours, unit }: ExperimentDesign, other: ExperimentDesign): string | undefined {
  const theirs = other.layer;
  if (ours === undefined || ours.name !== theirs?.name) return 'the same traffic';
  // A request is in one slot by its user and in another by its session.
  if (unit !== other.unit) return `layer "${ours.name}" by ${other.unit}, not by ${unit}`;
  const shared = sharedSlots(ours.slots, theirs.slots);
  return shared.length === 0 ? undefined : `the same slots of layer "${ours.name}" (${slotsText(shared)})`;
}

/** Models that answer, by "name@version", each once: a shadow that does not load is missed by nobody who asks. */
function modelsOf({ variants }: ExperimentDesign): string[] {
  return [...new Set(variants.flatMap(({ ctr, cvr }) => (cvr === undefined ? [ctr] : [ctr, cvr])))];
}
