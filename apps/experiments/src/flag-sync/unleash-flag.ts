import { z } from 'zod';

export interface UnleashVariant {
  readonly name: string;
  /** Per mille. */
  readonly weight: number;
  readonly weightType: 'fix' | 'variable';
  readonly stickiness: string;
  readonly payload?: { readonly type: 'json'; readonly value: string };
}

export interface UnleashStrategy {
  readonly name: string;
  readonly constraints: readonly unknown[];
  readonly segments: readonly number[];
  readonly disabled: boolean;
  readonly parameters: Readonly<Record<string, string>>;
  readonly variants: readonly UnleashVariant[];
}

/** A strategy as Unleash answers it; what is not sent is its default. */
const foundStrategy = z.object({
  id: z.string(),
  name: z.string(),
  constraints: z.array(z.unknown()).default([]),
  segments: z.array(z.number()).default([]),
  disabled: z.boolean().nullish(),
  parameters: z.record(z.string(), z.unknown()).default({}),
  variants: z
    .array(
      z.object({
        name: z.string(),
        weight: z.number(),
        weightType: z.string().default('variable'),
        stickiness: z.string().default('default'),
        payload: z.object({ type: z.string(), value: z.string() }).optional(),
      }),
    )
    .default([]),
});

/** The part of a flag that a unit's assignment depends on. */
const foundFlag = z.object({
  name: z.string(),
  type: z.string(),
  description: z.string().nullish(),
  archived: z.boolean().default(false),
  dependencies: z
    .array(
      z.object({ feature: z.string(), enabled: z.boolean().default(true), variants: z.array(z.string()).nullish() }),
    )
    .default([]),
  environments: z.array(
    z.object({ name: z.string(), enabled: z.boolean(), strategies: z.array(foundStrategy).default([]) }),
  ),
});

export type FoundStrategy = z.output<typeof foundStrategy>;

/** A flag that another depends on, and with which of its variants; without any, with whichever. */
export interface FoundParent {
  readonly feature: string;
  readonly enabled: boolean;
  readonly variants: readonly string[];
}

/** A flag as it is in one environment of Unleash. */
export interface FoundFlag {
  readonly type: string;
  readonly description: string;
  readonly archived: boolean;
  /** Parents, on which the flag depends. */
  readonly dependencies: readonly FoundParent[];
  readonly enabled: boolean;
  readonly strategies: readonly FoundStrategy[];
}

/** Reads Unleash's answer about a flag. Throws ZodError for what is none. */
export function readFlag(answer: unknown, environment: string): FoundFlag {
  const { type, description, archived, dependencies, environments } = foundFlag.parse(answer);
  const own = environments.find(({ name }) => name === environment);
  return {
    type,
    description: description ?? '',
    archived,
    dependencies: dependencies.map(({ variants, ...parent }) => ({
      ...parent,
      variants: [...(variants ?? [])].sort(),
    })),
    enabled: own?.enabled ?? false,
    strategies: own?.strategies ?? [],
  };
}
