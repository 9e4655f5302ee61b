import { decide, isInExperiment, outside, parsePlan, type EvaluatedVariant, type FlagState } from './decide';

const FLAG: FlagState = { experiment: 'ranking', digest: `sha256:${'0f'.repeat(32)}`, recorded: true };
const PLAN = { ctr: 'click@2', explore: 0.02, phase: 3, currency: 'EUR' };
const SHADOW = { name: 'candidate', ctr: 'click@3', rate: 0.1 };

const variant = (payload?: string, enabled = true): EvaluatedVariant => ({
  name: 'treatment',
  enabled,
  ...(payload === undefined ? {} : { payload: { value: payload } }),
});

describe('decide', () => {
  it('carries out the plan of the variant that the flag gives', () => {
    expect(decide(FLAG, 'unit-1', () => variant(JSON.stringify(PLAN)))).toEqual({
      assignment: {
        experiment: 'ranking',
        phase: 3,
        assigned: 'treatment',
        served: 'treatment',
        reason: 'split',
        flagDigest: FLAG.digest,
      },
      plan: PLAN,
    });
  });

  it('never evaluates the flag without a unit, which would draw a variant for each request', () => {
    const evaluate = jest.fn(() => variant(JSON.stringify(PLAN)));
    const { assignment, plan } = decide(FLAG, '', evaluate);
    expect([assignment.reason, plan, evaluate.mock.calls.length]).toEqual(['no_unit', undefined, 0]);
  });

  it.each<[string, FlagState, EvaluatedVariant]>([
    ['flag_unrecorded', { ...FLAG, recorded: false }, variant(JSON.stringify(PLAN))],
    ['not_in_experiment', FLAG, variant(JSON.stringify(PLAN), false)],
    ['bad_payload', FLAG, variant()],
    ['bad_payload', FLAG, variant('{')],
  ])('keeps the unit out of the experiment: %s', (reason, flag, evaluated) => {
    const { assignment, plan } = decide(flag, 'unit-1', () => evaluated);
    expect(plan).toBeUndefined();
    expect(assignment).toMatchObject({ reason, assigned: '', served: '', phase: 0, flagDigest: FLAG.digest });
    expect(isInExperiment(assignment)).toBe(false);
  });

  it('counts in an analysis only what was split', () => {
    const split = decide(FLAG, 'unit-1', () => variant(JSON.stringify(PLAN))).assignment;
    expect(isInExperiment(split)).toBe(true);
    expect(isInExperiment({ ...split, served: '' })).toBe(true);
    expect(isInExperiment({ ...split, reason: 'forced' })).toBe(false);
    expect(isInExperiment(outside(FLAG, 'exposure_unlogged'))).toBe(false);
  });
});

describe('parsePlan', () => {
  it('reads a plan with and without a conversion model', () => {
    expect(parsePlan(JSON.stringify(PLAN))).toEqual(PLAN);
    expect(parsePlan(JSON.stringify({ ...PLAN, cvr: 'buy@1', more: 1 }))).toEqual({ ...PLAN, cvr: 'buy@1' });
  });

  it('reads the shadows of a plan', () => {
    const plan = { ...PLAN, shadow: [SHADOW, { ...SHADOW, name: 'other', rate: 1 }] };
    expect(parsePlan(JSON.stringify(plan))).toEqual(plan);
  });

  it.each([
    undefined,
    '',
    'null',
    '[]',
    '"click@2"',
    JSON.stringify({ ...PLAN, ctr: 'click' }),
    JSON.stringify({ ...PLAN, ctr: 'click@2@3' }),
    JSON.stringify({ ...PLAN, ctr: undefined }),
    JSON.stringify({ ...PLAN, cvr: 7 }),
    JSON.stringify({ ...PLAN, currency: 'euro' }),
    JSON.stringify({ ...PLAN, explore: 1.1 }),
    JSON.stringify({ ...PLAN, explore: '0' }),
    JSON.stringify({ ...PLAN, phase: 0 }),
    JSON.stringify({ ...PLAN, phase: 1.5 }),
    JSON.stringify({ ...PLAN, shadow: {} }),
    JSON.stringify({ ...PLAN, shadow: [] }),
    JSON.stringify({ ...PLAN, shadow: [null] }),
    JSON.stringify({ ...PLAN, shadow: [{ ...SHADOW, name: '' }] }),
    JSON.stringify({ ...PLAN, shadow: [SHADOW, { ...SHADOW, ctr: 'click' }] }),
    JSON.stringify({ ...PLAN, shadow: [{ ...SHADOW, rate: 0 }] }),
    JSON.stringify({ ...PLAN, shadow: [{ ...SHADOW, rate: 1.01 }] }),
    JSON.stringify({ ...PLAN, shadow: [{ ...SHADOW, rate: '0.1' }] }),
  ])('takes %s for no plan', (payload) => {
    expect(parsePlan(payload)).toBeUndefined();
  });
});
