import { normalFrom, seededRandom } from '../test/seeded-random';
import type { ArmEstimate } from './arm-estimate';
import { compareArms } from './comparison';
import { fiellerInterval } from './fieller';
import type { Interval } from './interval';
import { isRefusal, type Refusal } from './refusal';

const excludesZero = ({ low, high }: Interval): boolean => low > 0 || high < 0;

function required<T>(result: T | Refusal): T {
  if (isRefusal(result)) throw new Error(`refused: ${result.reason}`);
  return result;
}

describe('fiellerInterval', () => {
  it('agrees with the absolute test about zero on random arms, for one look and for many', () => {
    const random = seededRandom(11);
    const randomArm = (mean: number): ArmEstimate => ({
      units: 2 + Math.floor(10 ** (1 + 4 * random())),
      value: mean,
      variance: 10 ** (4 * random() - 2),
    });
    const seen = { fixed: 0, sequential: 0, excluded: 0, negative: 0 };
    for (let round = 0; round < 20_000; round += 1) {
      const mean = normalFrom(random);
      const control = randomArm(mean);
      const treatment = randomArm(mean + normalFrom(random) * 0.1);
      const alpha = 0.01 + 0.1 * random();
      const { relative } = required(compareArms(control, treatment, { alpha, plannedUnits: 20_000 }));
      if (!isRefusal(relative.interval)) {
        seen.fixed += 1;
        if (mean < 0) seen.negative += 1;
        if (relative.p < alpha) seen.excluded += 1;
        expect(excludesZero(relative.interval)).toBe(relative.p < alpha);
      }
      if (!isRefusal(relative.sequential)) {
        seen.sequential += 1;
        expect(excludesZero(relative.sequential)).toBe(relative.alwaysValidP < alpha);
      }
    }
    expect(Math.min(seen.fixed, seen.sequential)).toBeGreaterThan(5000);
    expect(Math.min(seen.excluded, seen.negative)).toBeGreaterThan(1000);
  });

  const pair = { controlMean: 2, controlMeanVariance: 0.01, treatmentMean: 2.5, treatmentMeanVariance: 0.02 };

  it('solves the quadratic that defines it', () => {
    const { low, high } = required(fiellerInterval(pair, 1.96));
    for (const x of [low + 1, high + 1]) {
      const left = (pair.treatmentMean - x * pair.controlMean) ** 2;
      const right = 1.96 ** 2 * (pair.treatmentMeanVariance + x * x * pair.controlMeanVariance);
      expect(left).toBeCloseTo(right, 12);
    }
  });

  it('is the mirror image when both means change their sign', () => {
    const { low, high } = required(fiellerInterval(pair, 1.96));
    const mirrored = required(
      fiellerInterval({ ...pair, controlMean: -pair.controlMean, treatmentMean: -pair.treatmentMean }, 1.96),
    );
    expect(mirrored.low).toBeCloseTo(-high, 14);
    expect(mirrored.high).toBeCloseTo(-low, 14);
  });

  it('calls a rise from a negative control mean a positive lift', () => {
    const lift = required(fiellerInterval({ ...pair, controlMean: -10, treatmentMean: -8 }, 1.96));
    expect(lift.low).toBeGreaterThan(0);
    expect(lift.low).toBeLessThan(0.2);
    expect(lift.high).toBeGreaterThan(0.2);
  });

  it('shrinks to the simple interval when the control mean is known', () => {
    const { low, high } = required(fiellerInterval({ ...pair, controlMeanVariance: 0 }, 2));
    expect(low).toBeCloseTo(0.25 - Math.sqrt(0.02), 14);
    expect(high).toBeCloseTo(0.25 + Math.sqrt(0.02), 14);
  });

  it('refuses a zero control mean', () => {
    expect(fiellerInterval({ ...pair, controlMean: 0 }, 1.96)).toMatchObject({
      refused: true,
      reason: 'zero_baseline',
    });
  });

  it('refuses from the very point where the control mean is no longer significant', () => {
    const bounded = fiellerInterval({ ...pair, controlMeanVariance: 0.9999 }, 2);
    expect(required(bounded).high).toBeGreaterThan(1000);
    for (const controlMeanVariance of [1, 1.0001, 50]) {
      const refusal = fiellerInterval({ ...pair, controlMeanVariance }, 2);
      expect(refusal).toMatchObject({ refused: true, reason: 'unbounded_interval' });
    }
  });
});
