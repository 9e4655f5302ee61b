import { experimentDesign } from '../experiment/experiment-design';
import { flagCalls, type FlagCall } from './flag-calls';
import { layerParent } from '../layer/layer-flag';
import { expectedParents, flagDrift } from './flag-drift';
import { flagPlan } from './experiment-flag';
import type { FlagPlan } from './flag-plan';
import type { FoundFlag, FoundParent } from './unleash-flag';

const design = experimentDesign.parse({
  plannedUnits: 1000,
  variants: [
    { name: 'a', weight: 50, control: true, ctr: 'click@1' },
    { name: 'b', weight: 50, ctr: 'click@2' },
  ],
});
const plan = (state: FlagPlan['state'], rollout = 100): FlagPlan =>
  flagPlan(state, { key: 'x', design, phase: 1, rollout });
const ON = plan('on');
const EMPTY: FoundFlag = {
  ...{ type: 'experiment', description: '', archived: false, dependencies: [] },
  ...{ enabled: false, strategies: [] },
};

/** A flag as Unleash would have it after the call. */
function after(flag: FoundFlag | undefined, change: FlagCall): FoundFlag | undefined {
  if (change.call === 'create') return { ...EMPTY, type: change.type };
  if (flag === undefined) throw new Error(`${change.call} of a flag that there is not`);
  const { strategies } = flag;
  switch (change.call) {
    case 'add strategy':
      return { ...flag, strategies: [...strategies, found(change.strategy, `s${strategies.length + 1}`)] };
    case 'set strategy':
      return { ...flag, strategies: strategies.map((s) => (s.id === change.id ? found(change.strategy, s.id) : s)) };
    case 'remove strategy':
      return { ...flag, strategies: strategies.filter(({ id }) => id !== change.id) };
    case 'set type':
      return { ...flag, type: change.type };
    case 'remove parents':
      return { ...flag, dependencies: [] };
    case 'add parent':
      if (flag.dependencies.length > 0) throw new Error('Unleash allows one parent');
      return { ...flag, dependencies: [{ ...change.parent }] };
    case 'switch on':
      return { ...flag, enabled: true };
    case 'switch off':
      return { ...flag, enabled: false };
    case 'archive':
      return undefined;
  }
}

function found(strategy: FlagPlan['strategy'], id: string): FoundFlag['strategies'][number] {
  const variants = strategy.variants.map((variant) => ({ ...variant }));
  return {
    ...{ id, name: strategy.name, disabled: strategy.disabled, parameters: { ...strategy.parameters }, variants },
    constraints: [...strategy.constraints],
    segments: [...strategy.segments],
  };
}

const whole = (flag: FoundFlag | undefined, wanted: FlagPlan): boolean =>
  flag !== undefined && flagDrift(flag, wanted).length === 0;
const SOUND: FoundFlag = { ...EMPTY, enabled: true, strategies: [found(ON.strategy, 's1')] };
const OTHER = found(plan('on', 7).strategy, 's2');
const PARENT: FoundParent = { feature: 'y', enabled: true, variants: [] };

const STARTS: readonly [string, FoundFlag | undefined][] = [
  ['nothing', undefined],
  ['an empty flag', EMPTY],
  ['a whole flag that is off', { ...SOUND, enabled: false }],
  ['a flag with another rollout', { ...SOUND, strategies: [OTHER] }],
  ['a flag that is off, with two strategies', { ...SOUND, enabled: false, strategies: [OTHER, SOUND.strategies[0]] }],
  ['a flag under a parent and of another type', { ...SOUND, type: 'release', dependencies: [PARENT] }],
  ['a whole flag', SOUND],
];

const PLANS: readonly [string, FlagPlan][] = [
  ['of its own', ON],
  ['in a layer', { ...ON, parent: layerParent({ name: 'ranking', slots: [{ from: 9, to: 10 }] }) }],
  ['of another type', { ...ON, type: 'operational' }],
];

describe.each(PLANS)('the calls that make a flag %s what it shall be', (_whose, wanted) => {
  it.each(STARTS)('lead there from %s, wherever they are cut off and begun anew', (_what, start) => {
    const calls = flagCalls(start, wanted);
    for (let cut = 0; cut <= calls.length; cut++) {
      let flag = calls.slice(0, cut).reduce(after, start);
      // Nobody sees what is only half there: once it is switched on it is whole.
      if (start?.enabled !== true && flag?.enabled === true) expect(whole(flag, wanted)).toBe(true);
      // Nor does a flag that is on lose its parent, without which it is on for all.
      if (flag?.enabled === true)
        expect([start?.dependencies, expectedParents(wanted)]).toContainEqual(flag.dependencies);
      flag = flagCalls(flag, wanted).reduce(after, flag);
      expect(whole(flag, wanted)).toBe(true);
      expect(flagCalls(flag, wanted)).toEqual([]);
    }
  });
});

describe('the calls that end a flag', () => {
  it('switch off before anything else, and do nothing to what is not there', () => {
    expect(flagCalls(SOUND, plan('off'))).toEqual([{ call: 'switch off' }]);
    expect(flagCalls(SOUND, plan('archived'))).toEqual([{ call: 'switch off' }, { call: 'archive' }]);
    for (const state of ['off', 'archived'] as const) expect(flagCalls(undefined, plan(state))).toEqual([]);
  });
});

describe('what differs from the plan', () => {
  it('is nothing of what Unleash fills in by itself', () => {
    const variants = SOUND.strategies[0].variants.map((variant) => ({ ...variant, weightType: 'variable' }));
    expect(flagDrift({ ...SOUND, strategies: [{ ...SOUND.strategies[0], disabled: null, variants }] }, ON)).toEqual([]);
  });

  it('is a flag that is missing, and one that is on and should not be', () => {
    expect(flagDrift(undefined, ON)).toEqual([{ field: 'flag', expected: 'exists', found: 'missing' }]);
    expect(flagDrift(undefined, plan('off'))).toEqual([]);
    expect(flagDrift(SOUND, plan('off'))).toEqual([{ field: 'enabled', expected: false, found: true }]);
  });

  it.each<[string, Partial<FoundFlag['strategies'][number]>]>([
    ['constraints', { constraints: [{ contextName: 'country' }] }],
    ['segments', { segments: [3] }],
    ['disabled', { disabled: true }],
    ['parameters.stickiness', { parameters: { ...ON.strategy.parameters, stickiness: 'random' } }],
    ['variants', { variants: [] }],
  ])('names %s', (field, change) => {
    const flag = { ...SOUND, strategies: [{ ...SOUND.strategies[0], ...change }] };
    expect(flagDrift(flag, ON).map((one) => one.field)).toEqual([field]);
  });

  it('names a payload, a type and a parent', () => {
    const variants = SOUND.strategies[0].variants.map((variant) => ({ ...variant, payload: undefined }));
    const flag = {
      ...SOUND,
      type: 'release',
      dependencies: [PARENT],
      strategies: [{ ...SOUND.strategies[0], variants }],
    };
    expect(flagDrift(flag, ON).map(({ field }) => field)).toEqual([
      'type',
      'dependencies',
      'variants.a.payload',
      'variants.b.payload',
    ]);
  });
});
