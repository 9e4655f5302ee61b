import { answered } from '../test/answered';
import { expectAgreement } from '../test/expect-agreement';
import { readGolden } from '../test/golden-vectors';
import { normalFrom, seededRandom } from '../test/seeded-random';
import type { ArmEstimate } from './arm-estimate';
import { compareArms } from './comparison';
import { confidenceSequenceCriticalValue } from './confidence-sequence';
import { fiellerInterval } from './fieller';
import type { Interval } from './interval';
import { isRefusal } from './refusal';
import { studentCriticalValue } from './student-t-distribution';

interface FiellerGolden {
  cases: { pair: [number, number, number, number]; criticalValue: number; expected: Interval }[];
}

const excludesZero = ({ low, high }: Interval): boolean => low > 0 || high < 0;

describe('fiellerInterval', () => {
  it('agrees with the absolute test about zero on random arms, for one look and for many', () => {
    const random = seededRandom(11);
    const randomArm = (mean: number): ArmEstimate => ({
      units: 2 + Math.floor(10 ** (1 + 4 * random())),
      value: mean,
      variance: 10 ** (4 * random() - 2),
    });
    const seen = { fixed: 0, sequential: 0, excluded: 0, negative: 0 };
    for (let round = 0; round < 5000; round += 1) {
      const mean = normalFrom(random);
      const control = randomArm(mean);
      const treatment = randomArm(mean + normalFrom(random) * 0.1);
      const alpha = 0.01 + 0.1 * random();
      const options = { alpha, plannedUnits: 20_000 };
      const { relative, absolute } = answered(compareArms(control, treatment, options));
      if (mean < 0) expect(relative.interval).toMatchObject({ reason: 'negative_baseline' });
      const pair = {
        controlMean: control.value,
        controlMeanVariance: control.variance / control.units,
        treatmentMean: treatment.value,
        treatmentMeanVariance: treatment.variance / treatment.units,
      };
      const fixed = fiellerInterval(pair, studentCriticalValue(alpha, absolute.degreesOfFreedom));
      if (mean > 0) expect(relative.interval).toEqual(fixed);
      if (!isRefusal(fixed)) {
        seen.fixed += 1;
        if (mean < 0) seen.negative += 1;
        if (relative.p < alpha) seen.excluded += 1;
        expect(excludesZero(fixed)).toBe(relative.p < alpha);
      }
      const units = control.units + treatment.units;
      const sequential = fiellerInterval(pair, confidenceSequenceCriticalValue(units, options.plannedUnits, alpha));
      if (mean > 0) expect(relative.sequential).toEqual(sequential);
      if (!isRefusal(sequential)) {
        seen.sequential += 1;
        expect(excludesZero(sequential)).toBe(relative.alwaysValidP < alpha);
      }
    }
    expect(Math.min(seen.fixed, seen.sequential)).toBeGreaterThan(2000);
    expect(Math.min(seen.excluded, seen.negative)).toBeGreaterThan(300);
  });

  it('agrees with the golden vectors, for control means of either sign', () => {
    const { cases } = readGolden<FiellerGolden>('fieller');
    expect(cases.filter(({ pair: [controlMean] }) => controlMean < 0).length).toBeGreaterThan(3);
    for (const { pair: means, criticalValue, expected } of cases) {
      const [controlMean, controlMeanVariance, treatmentMean, treatmentMeanVariance] = means;
      const given = { controlMean, controlMeanVariance, treatmentMean, treatmentMeanVariance };
      expectAgreement(answered(fiellerInterval(given, criticalValue)), expected);
    }
  });

  const pair = { controlMean: 2, controlMeanVariance: 0.01, treatmentMean: 2.5, treatmentMeanVariance: 0.02 };

  it('solves the quadratic that defines it', () => {
    const { low, high } = answered(fiellerInterval(pair, 1.96));
    for (const x of [low + 1, high + 1]) {
      const left = (pair.treatmentMean - x * pair.controlMean) ** 2;
      const right = 1.96 ** 2 * (pair.treatmentMeanVariance + x * x * pair.controlMeanVariance);
      expect(left).toBeCloseTo(right, 12);
    }
  });

  it('is the mirror image when both means change their sign', () => {
    const { low, high } = answered(fiellerInterval(pair, 1.96));
    const mirrored = answered(
      fiellerInterval({ ...pair, controlMean: -pair.controlMean, treatmentMean: -pair.treatmentMean }, 1.96),
    );
    expect(mirrored.low).toBeCloseTo(-high, 14);
    expect(mirrored.high).toBeCloseTo(-low, 14);
  });

  it('calls a rise from a negative control mean a positive lift', () => {
    const lift = answered(fiellerInterval({ ...pair, controlMean: -10, treatmentMean: -8 }, 1.96));
    expect(lift.low).toBeGreaterThan(0);
    expect(lift.low).toBeLessThan(0.2);
    expect(lift.high).toBeGreaterThan(0.2);
  });

  it('shrinks to the simple interval when the control mean is known', () => {
    const { low, high } = answered(fiellerInterval({ ...pair, controlMeanVariance: 0 }, 2));
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
    expect(answered(bounded).high).toBeGreaterThan(1000);
    for (const controlMeanVariance of [1, 1.0001, 50]) {
      const refusal = fiellerInterval({ ...pair, controlMeanVariance }, 2);
      expect(refusal).toMatchObject({ refused: true, reason: 'unbounded_interval' });
    }
  });
});
