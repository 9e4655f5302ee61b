import { discrepancy, readGolden, relativeDiscrepancy } from '../test/golden-vectors';
import { seededRandom } from '../test/seeded-random';
import { alwaysValidP, confidenceSequenceCriticalValue } from './confidence-sequence';
import { normalQuantile } from './normal-distribution';

interface SequenceGolden {
  cases: {
    n: number;
    plannedUnits: number;
    alpha: number;
    criticalValue: number;
    alwaysValid: { statistic: number; p: number }[];
  }[];
}

describe('confidence sequence', () => {
  it('agrees with the golden vectors', () => {
    const { cases } = readGolden<SequenceGolden>('confidence-sequence');
    expect(cases.length).toBeGreaterThan(3);
    for (const { n, plannedUnits, alpha, criticalValue, alwaysValid } of cases) {
      expect(discrepancy(confidenceSequenceCriticalValue(n, plannedUnits, alpha), criticalValue)).toBeLessThan(1e-13);
      for (const { statistic, p } of alwaysValid) {
        expect(relativeDiscrepancy(alwaysValidP(statistic, n, plannedUnits, alpha), p)).toBeLessThan(1e-12);
      }
    }
  });

  it('costs 1.55 times the width of a fixed interval at the planned units', () => {
    const atPlan = confidenceSequenceCriticalValue(5000, 5000, 0.05);
    expect(atPlan).toBeCloseTo(3.04, 2);
    expect(atPlan / normalQuantile(0.975)).toBeCloseTo(1.55, 2);
  });

  it('gives a p of exactly alpha at the critical value, and is on its side of alpha elsewhere', () => {
    const random = seededRandom(3);
    for (let round = 0; round < 2000; round += 1) {
      const n = 2 + Math.floor(10 ** (6 * random()));
      const plannedUnits = 2 + Math.floor(10 ** (6 * random()));
      const alpha = 0.001 + 0.3 * random();
      const critical = confidenceSequenceCriticalValue(n, plannedUnits, alpha);
      expect(relativeDiscrepancy(alwaysValidP(critical, n, plannedUnits, alpha), alpha)).toBeLessThan(1e-9);
      expect(alwaysValidP(-critical * 1.001, n, plannedUnits, alpha)).toBeLessThan(alpha);
      expect(alwaysValidP(critical * 0.999, n, plannedUnits, alpha)).toBeGreaterThan(alpha);
    }
  });

  it('is narrowest in absolute terms where it was planned to be', () => {
    const widthAt = (plannedUnits: number): number => confidenceSequenceCriticalValue(10_000, plannedUnits, 0.05);
    for (const other of [1000, 5000, 20_000, 100_000]) expect(widthAt(10_000)).toBeLessThan(widthAt(other));
  });

  it('says nothing without a difference', () => {
    expect(alwaysValidP(0, 500, 1000, 0.05)).toBe(1);
  });

  it('rejects arguments out of range', () => {
    expect(() => confidenceSequenceCriticalValue(0, 100, 0.05)).toThrow(RangeError);
    expect(() => confidenceSequenceCriticalValue(100, -1, 0.05)).toThrow(RangeError);
    expect(() => alwaysValidP(1, 100, 100, 0)).toThrow(RangeError);
    expect(() => alwaysValidP(1, Infinity, 100, 0.05)).toThrow(RangeError);
  });
});
