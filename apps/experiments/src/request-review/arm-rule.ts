import { z } from 'zod';
import { explainSplit, type SplitRule } from '@adlift/assignment';

/** The arm that a flag gives to a unit; undefined for a unit that it leaves out. */
export type ArmRule = (unitId: string) => string | undefined;

/** What a unit's id alone decides; with anything else, such as the session, an arm cannot be recomputed. */
const BY_UNIT: ReadonlySet<string> = new Set(['default', 'userId']);

const strategy = z.object({
  name: z.string(),
  disabled: z.boolean().nullish(),
  parameters: z.record(z.string(), z.unknown()).default({}),
  constraints: z.array(z.unknown()).default([]),
  segments: z.array(z.unknown()).default([]),
  variants: z
    .array(z.object({ name: z.string(), weight: z.number(), stickiness: z.string().default('default') }))
    .default([]),
});

const flag = z.object({
  name: z.string(),
  enabled: z.boolean().default(true),
  strategies: z.array(strategy).default([]),
  dependencies: z
    .array(
      z.object({ feature: z.string(), enabled: z.boolean().default(true), variants: z.array(z.string()).nullish() }),
    )
    .default([]),
});

/** A flag as predictors store it by its digest, with the parents that it depends on. */
const storedFlag = z.object({ flag, parents: z.array(flag.nullish()).default([]) });

/**
 * Reads from a stored flag where it puts units, computed anew and not by the flag service's client that was asked when
 * they were served. Undefined for a flag whose answer depends on more than the unit: constraints, segments, several
 * strategies, another stickiness.
 */
export function armRule(stored: unknown): ArmRule | undefined {
  const read = storedFlag.safeParse(stored);
  if (!read.success) return undefined;
  const { flag: own, parents } = read.data;
  const split = splitRule(own);
  if (split === undefined) return undefined;
  const gates = own.dependencies.map((dependency) => {
    const parent = parents.find((one) => one?.name === dependency.feature);
    return parent && dependency.enabled ? gateOf(parent, dependency.variants ?? []) : undefined;
  });
  if (!gates.every((gate) => gate !== undefined)) return undefined;
  return (unitId) =>
    own.enabled && gates.every((opens) => opens(unitId)) ? explainSplit(split, unitId).variant : undefined;
}

/** Whether the parent lets a unit through: it is in the rollout, and in one of the named variants if there are any. */
function gateOf(parent: z.infer<typeof flag>, variants: readonly string[]): ((unitId: string) => boolean) | undefined {
  const split = splitRule(parent);
  if (split === undefined || parent.dependencies.length > 0) return undefined;
  return (unitId) => {
    const { inRollout, variant } = explainSplit(split, unitId);
    if (!parent.enabled || !inRollout) return false;
    return variants.length === 0 || (variant !== undefined && variants.includes(variant));
  };
}

function splitRule({ strategies }: z.infer<typeof flag>): SplitRule | undefined {
  const [only, ...more] = strategies.filter(({ disabled }) => disabled !== true);
  if (only === undefined || more.length > 0 || only.name !== 'flexibleRollout') return undefined;
  const { parameters, constraints, segments, variants } = only;
  const { groupId, rollout, stickiness = 'default' } = parameters;
  const stickinesses = [stickiness, ...variants.map((variant) => variant.stickiness)];
  if (typeof groupId !== 'string' || constraints.length > 0 || segments.length > 0) return undefined;
  if (!stickinesses.every((one) => typeof one === 'string' && BY_UNIT.has(one))) return undefined;
  return { groupId, rollout: Number(rollout), variants };
}
