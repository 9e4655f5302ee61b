import { armRule, type ArmRule } from './arm-rule';
import { judgeAssignments, type ServedArm } from './judge-assignments';

const variants = [
  { name: 'a', weight: 500, weightType: 'fix', stickiness: 'userId' },
  { name: 'b', weight: 500, weightType: 'variable', stickiness: 'userId' },
];
const strategy = {
  ...{ name: 'flexibleRollout', constraints: [], variants },
  parameters: { groupId: 'x', rollout: '100', stickiness: 'userId' },
};
const flag = { name: 'x', type: 'experiment', enabled: true, strategies: [strategy], dependencies: [] };
const slots = {
  ...{ name: 'layer', enabled: true },
  strategies: [{ ...strategy, parameters: { ...strategy.parameters, groupId: 'layer' } }],
};
const stored = (changes: object, parents: object[] = []): object => ({ flag: { ...flag, ...changes }, parents });
const withStrategy = (changes: object): object => stored({ strategies: [{ ...strategy, ...changes }] });
const units = Array.from({ length: 400 }, (_, i) => `unit-${i}`);

function rule(of: object): ArmRule {
  const found = armRule(of);
  if (found === undefined) throw new Error('no rule');
  return found;
}

describe('the arm of a unit by a stored flag', () => {
  it('is the same for the same unit, and halves the units', () => {
    const arms = units.map(rule(stored({})));
    expect(arms).toEqual(units.map(rule(stored({}))));
    expect(arms.filter((arm) => arm === 'a').length).toBeGreaterThan(150);
    expect(arms.filter((arm) => arm === 'b').length).toBeGreaterThan(150);
  });

  it('is none outside the rollout, and of a flag that is off', () => {
    const tenth = units.map(rule(withStrategy({ parameters: { ...strategy.parameters, rollout: '10' } })));
    const share = tenth.filter((arm) => arm !== undefined).length / units.length;
    expect(share).toBeGreaterThan(0.04);
    expect(share).toBeLessThan(0.17);
    expect(units.map(rule(stored({ enabled: false }))).every((arm) => arm === undefined)).toBe(true);
  });

  it('is that of the flag for units that its parent lets through, and none for the others', () => {
    const dependencies = [{ feature: 'layer', enabled: true, variants: ['a'] }];
    const own = rule(stored({}));
    const layered = rule(stored({ dependencies }, [slots]));
    const parent = rule({ flag: slots });
    for (const unit of units) expect(layered(unit)).toBe(parent(unit) === 'a' ? own(unit) : undefined);
    expect(units.some((unit) => layered(unit) === 'b')).toBe(true);
  });

  it.each<[string, unknown]>([
    ['constraints', withStrategy({ constraints: [{ contextName: 'country' }] })],
    ['segments', withStrategy({ segments: [3] })],
    ['another stickiness', withStrategy({ parameters: { ...strategy.parameters, stickiness: 'sessionId' } })],
    ['variants that stick to something else', withStrategy({ variants: [{ ...variants[0], stickiness: 'random' }] })],
    ['no group', withStrategy({ parameters: { rollout: '100' } })],
    ['another strategy', withStrategy({ name: 'userWithId' })],
    ['two strategies', stored({ strategies: [strategy, strategy] })],
    ['a parent that is not stored', stored({ dependencies: [{ feature: 'layer' }] })],
    ['a parent that has to be off', stored({ dependencies: [{ feature: 'layer', enabled: false }] }, [slots])],
    ['no flag', { nothing: true }],
  ])('cannot be told with %s', (_, of) => {
    expect(armRule(of)).toBeUndefined();
  });

  it('is told by the one strategy that is not disabled', () => {
    const two = rule(stored({ strategies: [{ ...strategy, name: 'userWithId', disabled: true }, strategy] }));
    for (const unit of units) expect(two(unit)).toBe(rule(stored({}))(unit));
  });
});

describe('judgeAssignments', () => {
  const own = rule(stored({}));
  const unit = units.find((one) => own(one) === 'a') ?? '';
  const served = (changes: Partial<ServedArm>): ServedArm => ({
    ...{ experiment: 'x', phase: 1, unit, assigned: 'a', digest: 'd', requests: 2, predictionId: 'p1', newest: 'p8' },
    exposed: { variant: 'a', digest: 'd' },
    ...changes,
  });
  const judge = (...all: ServedArm[]) => judgeAssignments(all, (digest) => (digest === 'd' ? own : undefined));

  it('counts requests, and finds nothing where all is as the flag says', () => {
    expect(judge(served({}), served({ phase: 2, requests: 1, exposed: null, newest: 'p9' }))).toEqual([
      { experiment: 'x', phase: 1, newest: 'p8', requests: 2, leaked: 0, unverified: 0, example: null },
      { experiment: 'x', phase: 2, newest: 'p9', requests: 1, leaked: 0, unverified: 0, example: null },
    ]);
  });

  it('finds requests in another arm, with the first as the example', () => {
    expect(
      judge(served({}), served({ assigned: 'b', predictionId: 'p2', newest: 'p9' }), served({ assigned: 'c' })),
    ).toEqual([
      {
        ...{ experiment: 'x', phase: 1, newest: 'p9', requests: 6, leaked: 4, unverified: 0 },
        example: 'prediction p2 has "b", its unit\'s flag gives "a"',
      },
    ]);
  });

  it('finds an exposure to another arm', () => {
    expect(judge(served({ exposed: { variant: 'b', digest: 'd' } }))).toMatchObject([
      { leaked: 2, example: 'prediction p1 is of a unit exposed to "b", whose flag gives "a"' },
    ]);
  });

  it('counts what cannot be told apart from what is right', () => {
    const all = judge(served({ digest: 'other' }), served({ exposed: { variant: 'a', digest: 'other' } }), served({}));
    expect(all).toMatchObject([{ requests: 6, leaked: 0, unverified: 4 }]);
  });
});
