import { isDeepStrictEqual } from 'node:util';
import type { FlagParent, FlagPlan, FlagType } from './flag-plan';
import type { FoundFlag, FoundStrategy, UnleashStrategy } from './unleash-flag';

/** One thing that Unleash says otherwise than it was told. */
export interface FlagDifference {
  readonly field: string;
  readonly expected: unknown;
  readonly found: unknown;
}

/** What differs between the plan and what is found in Unleash; empty when nothing does. */
export function flagDrift(found: FoundFlag | undefined, plan: FlagPlan): FlagDifference[] {
  const { state, strategy } = plan;
  const expectedEnabled = state === 'on';
  if (found === undefined) return expectedEnabled ? [difference('flag', 'exists', 'missing')] : [];
  const differences: FlagDifference[] = [];
  const note = (field: string, expected: unknown, seen: unknown): void => {
    if (!isDeepStrictEqual(expected, seen)) differences.push(difference(field, expected, seen));
  };
  note('enabled', expectedEnabled, found.enabled);
  // What a flag that is off would say is nobody's assignment.
  if (!expectedEnabled) return differences;
  note('type', expectedType(plan), found.type);
  note('dependencies', expectedParents(plan), found.dependencies);
  note('strategies', 1, found.strategies.length);
  const [first] = found.strategies;
  if (first === undefined) return differences;
  const [expected, seen] = [comparableStrategy(strategy), comparableStrategy(first)];
  for (const field of ['name', 'disabled', 'constraints', 'segments'] as const)
    note(field, expected[field], seen[field]);
  const parameters = new Set([...Object.keys(expected.parameters), ...Object.keys(seen.parameters)]);
  for (const name of parameters) note(`parameters.${name}`, expected.parameters[name], seen.parameters[name]);
  note(
    'variants',
    expected.variants.map(({ name }) => name),
    seen.variants.map(({ name }) => name),
  );
  for (const variant of expected.variants) {
    const other = seen.variants.find(({ name }) => name === variant.name);
    if (other === undefined) continue;
    for (const field of ['weight', 'stickiness', 'payload'] as const)
      note(`variants.${variant.name}.${field}`, variant[field], other[field]);
  }
  return differences;
}

export function expectedType({ type = 'experiment' }: FlagPlan): FlagType {
  return type;
}

/** What Unleash is to answer of the flag's parents. */
export function expectedParents({ parent }: FlagPlan): FlagParent[] {
  return parent === undefined ? [] : [{ ...parent, variants: [...parent.variants].sort() }];
}

interface ComparableStrategy {
  readonly name: string;
  readonly disabled: boolean;
  readonly constraints: readonly unknown[];
  readonly segments: readonly number[];
  readonly parameters: Readonly<Record<string, string>>;
  readonly variants: readonly {
    readonly name: string;
    readonly weight: number;
    readonly weightType: string;
    readonly stickiness: string;
    readonly payload: string | undefined;
  }[];
}

/** A strategy without what Unleash adds to it, and with what may be left out filled in. */
export function comparableStrategy(strategy: UnleashStrategy | FoundStrategy): ComparableStrategy {
  return {
    name: strategy.name,
    disabled: strategy.disabled ?? false,
    constraints: [...strategy.constraints],
    segments: [...strategy.segments],
    parameters: Object.fromEntries(Object.entries(strategy.parameters).map(([name, value]) => [name, String(value)])),
    variants: strategy.variants.map(({ name, weight, weightType, stickiness, payload }) => ({
      name,
      weight,
      weightType,
      stickiness,
      payload: payload?.value,
    })),
  };
}

function difference(field: string, expected: unknown, found: unknown): FlagDifference {
  return { field, expected, found };
}
