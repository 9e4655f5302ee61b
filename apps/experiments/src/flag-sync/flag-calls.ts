import { isDeepStrictEqual } from 'node:util';
import { comparableStrategy, expectedParents, expectedType } from './flag-drift';
import type { FlagParent, FlagPlan, FlagType } from './flag-plan';
import type { FoundFlag, UnleashStrategy } from './unleash-flag';

/** One change that Unleash is asked for. */
export type FlagCall =
  | { readonly call: 'create'; readonly type: FlagType }
  | { readonly call: 'add strategy'; readonly strategy: UnleashStrategy }
  | { readonly call: 'set strategy'; readonly id: string; readonly strategy: UnleashStrategy }
  | { readonly call: 'remove strategy'; readonly id: string }
  | { readonly call: 'set type'; readonly type: FlagType }
  | { readonly call: 'remove parents' }
  | { readonly call: 'add parent'; readonly parent: FlagParent }
  | { readonly call: 'switch on' }
  | { readonly call: 'switch off' }
  | { readonly call: 'archive' };

/**
 * What has to be asked for, in order, to make a flag say what the plan says, from wherever it is. Switching off comes
 * first and switching on last, when there is exactly the strategy of the plan: whatever ends the sequence on its way,
 * no unit sees a flag half made, and the rest of it follows from what is found then. A flag that is on is off while
 * its parent changes: without one it would be on for every unit.
 */
export function flagCalls(found: FoundFlag | undefined, plan: FlagPlan): FlagCall[] {
  const { state, strategy } = plan;
  if (state !== 'on') return callsToEnd(found, state);
  const type = expectedType(plan);
  const [first, ...more] = found?.strategies ?? [];
  const parents = callsForParent(found, plan);
  const offMeanwhile = parents.length > 0 && found?.enabled === true;
  const calls: FlagCall[] = offMeanwhile ? [{ call: 'switch off' }] : [];
  if (found === undefined) calls.push({ call: 'create', type });
  if (first === undefined) calls.push({ call: 'add strategy', strategy });
  else if (!isDeepStrictEqual(comparableStrategy(first), comparableStrategy(strategy)))
    calls.push({ call: 'set strategy', id: first.id, strategy });
  calls.push(...more.map(({ id }): FlagCall => ({ call: 'remove strategy', id })));
  if (found !== undefined && found.type !== type) calls.push({ call: 'set type', type });
  calls.push(...parents);
  if (found?.enabled !== true || offMeanwhile) calls.push({ call: 'switch on' });
  return calls;
}

function callsForParent(found: FoundFlag | undefined, plan: FlagPlan): FlagCall[] {
  const { parent } = plan;
  if (isDeepStrictEqual(found?.dependencies ?? [], expectedParents(plan))) return [];
  const calls: FlagCall[] = (found?.dependencies ?? []).length > 0 ? [{ call: 'remove parents' }] : [];
  if (parent !== undefined) calls.push({ call: 'add parent', parent });
  return calls;
}

function callsToEnd(found: FoundFlag | undefined, state: 'off' | 'archived'): FlagCall[] {
  if (found === undefined || found.archived) return [];
  return [
    ...(found.enabled ? [{ call: 'switch off' } as const] : []),
    ...(state === 'archived' ? [{ call: 'archive' } as const] : []),
  ];
}
