import { Injectable } from '@nestjs/common';
import type { ModelView, ReplicaView } from '@adlift/client';
import { DomainError } from '@adlift/problem';
import { ReplicaStore } from '../replica/replica-store';
import type { PlannedVersion } from './plan-serving';
import { ServingService } from './serving.service';

/** Every version with what is to become of it, and what has become of it on the live replicas. */
@Injectable()
export class ModelOverview {
  constructor(
    private readonly serving: ServingService,
    private readonly replicas: ReplicaStore,
  ) {}

  /** Oldest first. */
  async list(): Promise<ModelView[]> {
    const [plan, replicas] = await Promise.all([this.serving.plan(), this.replicas.live()]);
    return plan.map((version) => view(version, replicas));
  }

  /** Throws `not_found`. */
  async get(name: string, version: string): Promise<ModelView> {
    const found = (await this.list()).find((model) => model.name === name && model.version === version);
    if (found === undefined) throw new DomainError('not_found', `there is no model ${name}@${version}`, 'version');
    return found;
  }
}

function view(version: PlannedVersion, replicas: readonly ReplicaView[]): ModelView {
  const { name, kind, digest, labels, policy, wanted, reasons, generation } = version;
  const states = replicas.flatMap(({ id, models }) =>
    models
      .filter((model) => model.digest === digest)
      .map(({ state, since, loadMs, reason, generation: loaded }) => ({
        replica: id,
        state,
        since,
        generation: loaded,
        ...(loadMs === undefined ? {} : { loadMs }),
        ...(reason === undefined ? {} : { reason }),
      })),
  );
  return {
    name,
    version: version.version,
    kind,
    digest,
    labels,
    policy,
    wanted,
    reasons,
    generation,
    replicas: states,
  };
}
