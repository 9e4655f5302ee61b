import { Injectable } from '@nestjs/common';
import type { PolicyView, ServingPolicy } from '@adlift/client';
import { DomainError } from '@adlift/problem';
import { planServing, type PlannedVersion } from './plan-serving';
import { DEFAULT_POLICY } from './serving-policy';
import { ServingStore, type ServingRoles } from './serving-store';

/** What every predictor should have loaded now. */
export interface ServingSet {
  readonly models: readonly {
    readonly name: string;
    readonly version: string;
    readonly kind: 'ctr' | 'cvr';
    readonly digest: string;
    /** A predictor that loaded an older generation verifies and loads the version anew. */
    readonly generation: number;
  }[];
  /** For requests in no experiment. */
  readonly defaults: ServingRoles;
  /** Digests that were unloaded by hand, so that they are not kept for fallback answers either. */
  readonly unloaded: readonly string[];
}

export type ServingAction = 'load' | 'unload' | 'reload';

/** Which versions are served: by role, by experiment, by hand, by policy. */
@Injectable()
export class ServingService {
  constructor(private readonly store: ServingStore) {}

  async plan(): Promise<PlannedVersion[]> {
    const { facts } = await this.store.facts();
    return planServing(facts);
  }

  async servingSet(): Promise<ServingSet> {
    const { facts, roles } = await this.store.facts();
    const plan = planServing(facts);
    return {
      models: plan
        .filter(({ wanted }) => wanted)
        .map(({ name, version, kind, digest, generation }) => ({ name, version, kind, digest, generation })),
      defaults: roles,
      unloaded: plan.filter(({ wanted, unloadedByHand }) => unloadedByHand && !wanted).map(({ digest }) => digest),
    };
  }

  /**
   * Notes what a person asks for; replicas follow within seconds. Throws `not_found`, or `failed_precondition` for the
   * unload of a version in use and the reload of one that is not wanted.
   */
  async act(action: ServingAction, name: string, version: string): Promise<void> {
    const model = await this.require(name, version);
    switch (action) {
      case 'load':
        return this.store.request(name, version, true);
      case 'unload':
        if (model.pinned.length > 0) throw inUse(model);
        return this.store.request(name, version, false);
      case 'reload':
        if (!model.wanted) throw notWanted(model);
        return this.store.nextGeneration(name, version);
    }
  }

  /** Throws `not_found` for a name without versions. */
  async policy(name: string): Promise<PolicyView> {
    const { facts } = await this.store.facts();
    requireName(facts.versions, name);
    const policy = facts.policies.find((one) => one.name === name)?.policy;
    return { name, policy: policy ?? DEFAULT_POLICY, isDefault: policy === undefined };
  }

  /** Undefined for the default. Throws `not_found` for a name, or a specific version, that is not registered. */
  async setPolicy(name: string, policy: ServingPolicy | undefined): Promise<PolicyView> {
    const { facts } = await this.store.facts();
    const versions = requireName(facts.versions, name);
    for (const [i, version] of (policy?.specific?.versions ?? []).entries()) {
      if (versions.includes(version)) continue;
      throw new DomainError(
        'not_found',
        `policy.specific.versions[${i}]: there is no model ${name}@${version}`,
        `policy.specific.versions[${i}]`,
      );
    }
    await this.store.setPolicy(name, policy);
    return this.policy(name);
  }

  private async require(name: string, version: string): Promise<PlannedVersion> {
    const found = (await this.plan()).find((model) => model.name === name && model.version === version);
    if (found === undefined) throw new DomainError('not_found', `there is no model ${name}@${version}`, 'version');
    return found;
  }
}

function requireName(versions: readonly { name: string; version: string }[], name: string): string[] {
  const own = versions.filter((version) => version.name === name).map(({ version }) => version);
  if (own.length === 0) throw new DomainError('not_found', `there is no model named ${name}`, 'name');
  return own;
}

function inUse({ reference, pinned }: PlannedVersion): DomainError {
  return new DomainError(
    'failed_precondition',
    `${reference} cannot be unloaded: ${pinned.join(', ')}; move the label to another version, or stop the experiment`,
    'version',
  );
}

function notWanted({ reference, reasons }: PlannedVersion): DomainError {
  return new DomainError(
    'failed_precondition',
    `${reference} is not loaded anywhere: ${reasons.join(', ')}; load it instead`,
    'version',
  );
}
