import { refuse, type Comparison } from '@adlift/statistics';
import { decisionTest } from './decision-test';

const fixed = { low: 0.1, high: 0.2 };
const sequential = { low: -0.1, high: 0.4 };
const RESULT = {
  absolute: { difference: 3, p: 0.01, low: 1, high: 5, sequential: { low: -1, high: 7 } },
  relative: { p: 0.01, alwaysValidP: 0.2, interval: fixed, sequential },
} as unknown as Comparison;
const DESIGN = { mode: 'sequential', decisionScale: 'relative', plannedUnits: 1000 } as const;

describe('the test that decides', () => {
  it('is that of the confidence sequence in a sequential design, never the fixed one', () => {
    expect(decisionTest(DESIGN, RESULT, 5000)).toEqual({ p: 0.2, interval: sequential, difference: 3 });
  });

  it('is the fixed one in a fixed design, and not before its planned units', () => {
    const design = { ...DESIGN, mode: 'fixed' } as const;
    expect(decisionTest(design, RESULT, 999)).toBe('not_final');
    expect(decisionTest(design, RESULT, 1000)).toEqual({ p: 0.01, interval: fixed, difference: 3 });
  });

  it('is on the absolute scale where the design says so', () => {
    const design = { ...DESIGN, decisionScale: 'absolute' } as const;
    expect(decisionTest(design, RESULT, 5000)).toMatchObject({ interval: { low: -1, high: 7 } });
    expect(decisionTest({ ...design, mode: 'fixed' }, RESULT, 5000)).toMatchObject({ interval: { low: 1, high: 5 } });
  });

  it('is a reason where there is none', () => {
    const refusal = refuse('too_few_payers', '12 of 200');
    expect(decisionTest(DESIGN, refusal, 5000)).toBe('too_few_payers');
    const early = { ...RESULT, relative: { ...RESULT.relative, sequential: refusal } };
    expect(decisionTest(DESIGN, early, 5000)).toBe('too_few_payers');
  });
});
