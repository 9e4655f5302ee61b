import type { ExperimentState, ServingPolicy } from '@adlift/client';
import { DEFAULT_POLICY, selectedBy } from './serving-policy';

export interface RegisteredVersion {
  readonly name: string;
  readonly version: string;
  readonly kind: 'ctr' | 'cvr';
  readonly digest: string;
}

/** Everything that decides which versions predictors shall hold. */
export interface ServingFacts {
  /** Oldest first. */
  readonly versions: readonly RegisteredVersion[];
  readonly labels: readonly { readonly label: string; readonly name: string; readonly version: string }[];
  readonly policies: readonly { readonly name: string; readonly policy: ServingPolicy }[];
  /** What a person asked for by hand; null for nothing but a reload. */
  readonly requests: readonly {
    readonly name: string;
    readonly version: string;
    readonly wanted: boolean | null;
    readonly generation: number;
  }[];
  /** Arms of experiments that have not ended, by "name@version". */
  readonly uses: readonly {
    readonly experiment: string;
    readonly state: ExperimentState;
    readonly reference: string;
  }[];
}

/** What is to become of a registered version. */
export interface PlannedVersion extends RegisteredVersion {
  /** "name@version". */
  readonly reference: string;
  readonly labels: readonly string[];
  readonly policy: ServingPolicy;
  readonly generation: number;
  /** Why it cannot be unloaded; empty when it can. */
  readonly pinned: readonly string[];
  readonly unloadedByHand: boolean;
  readonly wanted: boolean;
  /** Why it is wanted, or why it is not. */
  readonly reasons: readonly string[];
}

/** Labels whose model predictors fall back on by themselves, whatever the policy says. */
const ROLES = ['champion', 'light'];

/** States of experiments that may still change their models. */
const UNSETTLED: readonly ExperimentState[] = ['draft', 'ready'];

/**
 * Decides for every version. Roles and started experiments come first, then what was asked by hand, then policies and
 * drafts, whose models are loaded ahead of the start.
 */
export function planServing({ versions, labels, policies, requests, uses }: ServingFacts): PlannedVersion[] {
  const policyOf = new Map(policies.map(({ name, policy }) => [name, policy]));
  const labelsOf = Map.groupBy(labels, referenceOf);
  const requestOf = new Map(requests.map((request) => [referenceOf(request), request]));
  const usesOf = Map.groupBy(uses, ({ reference }) => reference);
  const newestFirst = Map.groupBy([...versions].reverse(), ({ name }) => name);
  return versions.map((version) => {
    const reference = referenceOf(version);
    const own = (labelsOf.get(reference) ?? []).map(({ label }) => label).sort();
    const request = requestOf.get(reference);
    const policy = policyOf.get(version.name) ?? DEFAULT_POLICY;
    const used = usesOf.get(reference) ?? [];
    const started = used.filter(({ state }) => !UNSETTLED.includes(state));
    const pinned = [
      ...own.filter((label) => ROLES.includes(label)),
      ...started.map(({ experiment, state }) => `experiment ${experiment} is ${state}`),
    ];
    const age = newestFirst.get(version.name)?.indexOf(version) ?? Infinity;
    const selected = selectedBy(policy, { version: version.version, labels: own }, age);
    const unloadedByHand = request?.wanted === false;
    const asked = [
      ...(request?.wanted === true ? ['loaded by hand'] : []),
      ...(selected === undefined ? [] : [selected]),
      ...used
        .filter(({ state }) => UNSETTLED.includes(state))
        .map(({ experiment, state }) => `experiment ${experiment} is ${state === 'draft' ? 'a draft' : state}`),
    ];
    const why = unloadedByHand ? pinned : [...pinned, ...asked];
    const whyNot = unloadedByHand ? 'unloaded by hand' : 'not selected by the policy';
    return {
      ...version,
      reference,
      labels: own,
      policy,
      generation: request?.generation ?? 0,
      pinned,
      unloadedByHand,
      wanted: why.length > 0,
      reasons: why.length > 0 ? why : [whyNot],
    };
  });
}

function referenceOf({ name, version }: { readonly name: string; readonly version: string }): string {
  return `${name}@${version}`;
}
