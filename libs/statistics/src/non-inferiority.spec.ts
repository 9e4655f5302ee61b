import { judgeNonInferiority, type NonInferiorityRule } from './non-inferiority';
import { normalQuantile } from './normal-distribution';
import { oneSidedCriticalValue } from './one-sided-sequence';

const RULE: NonInferiorityRule = { margin: 0.02, alpha: 0.05, lowerIsBetter: false };

describe('non-inferiority', () => {
  it('holds exactly when the bound is inside the margin', () => {
    const critical = normalQuantile(0.95);
    for (const offset of [-0.001, 0.001]) {
      const difference = -0.02 + critical * 0.01 + offset;
      const { holds, bound, p } = judgeNonInferiority(difference, 0.01, RULE);
      expect(bound).toBeCloseTo(-0.02 + offset, 12);
      expect(holds).toBe(offset > 0);
      expect(p < 0.05).toBe(offset > 0);
    }
  });

  it('mirrors a metric of which less is better', () => {
    const up = judgeNonInferiority(-0.004, 0.008, RULE);
    const down = judgeNonInferiority(0.004, 0.008, { ...RULE, lowerIsBetter: true });
    expect(down).toEqual({ ...up, bound: -up.bound });
  });

  it('takes the bound of the sequence when one looks at any time', () => {
    const sequential = { n: 4000, plannedUnits: 10_000 };
    const { bound, holds, p } = judgeNonInferiority(0.001, 0.01, { ...RULE, sequential });
    expect(bound).toBeCloseTo(0.001 - 0.01 * oneSidedCriticalValue(4000, 10_000, 0.05), 14);
    expect(holds).toBe(false);
    expect(p).toBeGreaterThan(0.05);
    expect(judgeNonInferiority(0.06, 0.01, { ...RULE, sequential })).toMatchObject({ holds: true });
  });

  it('is violated only when worse by more than the margin is shown, and then does not hold', () => {
    expect(judgeNonInferiority(-0.05, 0.01, RULE)).toMatchObject({ holds: false, violated: true });
    expect(judgeNonInferiority(-0.03, 0.01, RULE)).toMatchObject({ holds: false, violated: false });
    expect(judgeNonInferiority(0.01, 0.01, RULE)).toMatchObject({ holds: true, violated: false });
  });

  it('rejects rules and effects out of range', () => {
    expect(() => judgeNonInferiority(0, 0, RULE)).toThrow(RangeError);
    expect(() => judgeNonInferiority(NaN, 1, RULE)).toThrow(RangeError);
    expect(() => judgeNonInferiority(0, 1, { ...RULE, margin: 0 })).toThrow(RangeError);
    expect(() => judgeNonInferiority(0, 1, { ...RULE, alpha: 0.5 })).toThrow(RangeError);
  });
});
