import { discrepancy, readGolden } from '../test/golden-vectors';
import { normalFrom, seededRandom } from '../test/seeded-random';
import { confidenceSequenceCriticalValue } from './confidence-sequence';
import {
  decisionPower,
  detectableEffect,
  minimumDetectableEffect,
  sequentialPowerAt,
  unitsToDetect,
  type DecisionRule,
} from './power';

interface PlanningGolden {
  power: (DecisionRule & { effect: number; power: number })[];
  units: (DecisionRule & { power: number; effect: number; units: number; detectable: number })[];
}

interface Published {
  power: { effectAt80: number; effectAt90: number };
}

const golden = readGolden<PlanningGolden>('planning');
const ARMS = { controlVariance: 4, treatmentVariance: 9, controlShare: 0.3, treatmentShare: 0.7 };
const FIXED = { mode: 'fixed', alpha: 0.05 } as const;

describe('planning', () => {
  it('agrees with the golden vectors', () => {
    for (const { effect, power, ...rule } of golden.power) {
      expect(discrepancy(decisionPower(effect, rule), power)).toBeLessThan(1e-12);
    }
    for (const { power, effect, units, detectable, ...rule } of golden.units) {
      expect(discrepancy(detectableEffect(power, rule), effect)).toBeLessThan(1e-10);
      expect(discrepancy(minimumDetectableEffect(ARMS, 5000, power, rule), detectable)).toBeLessThan(1e-10);
      expect(unitsToDetect(ARMS, -0.21, power, rule)).toBe(units);
    }
  });

  it('needs the customary effects for 80 and 90 % power', () => {
    const { effectAt80, effectAt90 } = readGolden<Published>('published').power;
    expect(detectableEffect(0.8, FIXED)).toBeCloseTo(effectAt80, 4);
    expect(detectableEffect(0.9, FIXED)).toBeCloseTo(effectAt90, 4);
  });

  it('finds an effect as often as it says', () => {
    const random = seededRandom(12);
    const critical = confidenceSequenceCriticalValue(3000, 9000, 0.05);
    const rounds = 20_000;
    let found = 0;
    for (let round = 0; round < rounds; round += 1) if (Math.abs(3 + normalFrom(random)) > critical) found += 1;
    const power = sequentialPowerAt(0.6, 0.2, { n: 3000, plannedUnits: 9000, alpha: 0.05 });
    expect(Math.abs(found / rounds - power)).toBeLessThan(0.015);
  });

  it('is the same for an effect in either direction and is alpha for none', () => {
    expect(decisionPower(-1.7, FIXED)).toBe(decisionPower(1.7, FIXED));
    expect(decisionPower(0, FIXED)).toBeCloseTo(0.05, 14);
  });

  it('needs fewest units with shares in the ratio of the deviations', () => {
    const units = (controlShare: number): number =>
      unitsToDetect({ ...ARMS, controlShare, treatmentShare: 1 - controlShare }, 0.05, 0.8, FIXED);
    expect(units(0.4)).toBeLessThan(units(0.35));
    expect(units(0.4)).toBeLessThan(units(0.45));
  });

  it('rejects plans that mean nothing', () => {
    expect(() => unitsToDetect(ARMS, 0, 0.8, FIXED)).toThrow(RangeError);
    expect(() => unitsToDetect({ ...ARMS, controlShare: 0 }, 1, 0.8, FIXED)).toThrow(RangeError);
    expect(() => unitsToDetect({ ...ARMS, controlShare: 0.5 }, 1, 0.8, FIXED)).toThrow(RangeError);
    expect(() => unitsToDetect({ ...ARMS, controlVariance: -1 }, 1, 0.8, FIXED)).toThrow(RangeError);
    expect(() => minimumDetectableEffect(ARMS, 1, 0.8, FIXED)).toThrow(RangeError);
    expect(() => detectableEffect(0.05, FIXED)).toThrow(RangeError);
    expect(() => decisionPower(1, { mode: 'fixed', alpha: 0 })).toThrow(RangeError);
  });
});
