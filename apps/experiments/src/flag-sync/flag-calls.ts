import { isDeepStrictEqual } from 'node:util';
import { comparableStrategy, FLAG_TYPE } from './flag-drift';
import type { FlagPlan } from './flag-plan';
import type { FoundFlag, UnleashStrategy } from './unleash-flag';

/** One change that Unleash is asked for. */
export type FlagCall =
  | { readonly call: 'create' }
  | { readonly call: 'add strategy'; readonly strategy: UnleashStrategy }
  | { readonly call: 'set strategy'; readonly id: string; readonly strategy: UnleashStrategy }
  | { readonly call: 'remove strategy'; readonly id: string }
  | { readonly call: 'set type' }
  | { readonly call: 'remove parents' }
  | { readonly call: 'switch on' }
  | { readonly call: 'switch off' }
  | { readonly call: 'archive' };

/**
 * What has to be asked for, in order, to make a flag say what the plan says, from wherever it is. Switching off comes
 * first and switching on last, when there is exactly the strategy of the plan: whatever ends the sequence on its way,
 * no unit sees a flag half made, and the rest of it follows from what is found then.
 */
export function flagCalls(found: FoundFlag | undefined, { state, strategy }: FlagPlan): FlagCall[] {
  if (state !== 'on') return callsToEnd(found, state);
  const [first, ...more] = found?.strategies ?? [];
  const calls: FlagCall[] = found === undefined ? [{ call: 'create' }] : [];
  if (first === undefined) calls.push({ call: 'add strategy', strategy });
  else if (!isDeepStrictEqual(comparableStrategy(first), comparableStrategy(strategy)))
    calls.push({ call: 'set strategy', id: first.id, strategy });
  calls.push(...more.map(({ id }): FlagCall => ({ call: 'remove strategy', id })));
  if (found !== undefined && found.type !== FLAG_TYPE) calls.push({ call: 'set type' });
  if (found !== undefined && found.dependencies.length > 0) calls.push({ call: 'remove parents' });
  if (found?.enabled !== true) calls.push({ call: 'switch on' });
  return calls;
}

function callsToEnd(found: FoundFlag | undefined, state: 'off' | 'archived'): FlagCall[] {
  if (found === undefined || found.archived) return [];
  return [
    ...(found.enabled ? [{ call: 'switch off' } as const] : []),
    ...(state === 'archived' ? [{ call: 'archive' } as const] : []),
  ];
}
