import { discrepancy, readGolden, relativeDiscrepancy } from '../test/golden-vectors';
import { seededRandom } from '../test/seeded-random';
import {
  SAMPLE_RATIO_GATE_LOG_BAYES_FACTOR,
  SAMPLE_RATIO_WARNING_P,
  sampleRatioBayesFactor,
  sampleRatioChiSquare,
} from './sample-ratio';

interface SampleRatioGolden {
  cases: {
    counts: number[];
    weights: number[];
    statistic: number;
    degreesOfFreedom: number;
    p: number;
    logBayesFactor: number;
  }[];
}

interface Published {
  peas: { statistic: number; degreesOfFreedom: number; p: number };
}

describe('sample ratio checks', () => {
  it('agree with the golden vectors, from one unit to two billion', () => {
    const { cases } = readGolden<SampleRatioGolden>('sample-ratio');
    expect(cases.length).toBeGreaterThan(5);
    for (const golden of cases) {
      const { statistic, degreesOfFreedom, p } = sampleRatioChiSquare(golden.counts, golden.weights);
      expect(discrepancy(statistic, golden.statistic)).toBeLessThan(1e-12);
      expect(degreesOfFreedom).toBe(golden.degreesOfFreedom);
      expect(relativeDiscrepancy(p, golden.p)).toBeLessThan(1e-10);
      const { logBayesFactor } = sampleRatioBayesFactor(golden.counts, golden.weights);
      expect(Math.abs(logBayesFactor - golden.logBayesFactor)).toBeLessThan(1e-10);
    }
  });

  it("finds Mendel's peas as published", () => {
    const { peas } = readGolden<Published>('published');
    const check = sampleRatioChiSquare([315, 108, 101, 32], [9, 3, 3, 1]);
    expect(check.statistic).toBeCloseTo(peas.statistic, 5);
    expect(check.degreesOfFreedom).toBe(peas.degreesOfFreedom);
    expect(check.p).toBeCloseTo(peas.p, 4);
  });

  it('leave an arm with weight 0 and its units out in the same way', () => {
    const counts = [480, 77, 520];
    const weights = [1, 0, 1];
    expect(sampleRatioChiSquare(counts, weights)).toEqual(sampleRatioChiSquare([480, 520], [1, 1]));
    expect(sampleRatioBayesFactor(counts, weights)).toEqual(sampleRatioBayesFactor([480, 520], [1, 1]));
  });

  it('see no evidence before the first unit', () => {
    expect(sampleRatioChiSquare([0, 0], [1, 1])).toEqual({ statistic: 0, degreesOfFreedom: 1, p: 1 });
    expect(sampleRatioBayesFactor([0, 0], [1, 1]).logBayesFactor).toBe(0);
  });

  it('do not depend on how the weights are written', () => {
    const counts = [900, 2100, 7000];
    expect(sampleRatioBayesFactor(counts, [1, 2, 7]).logBayesFactor).toBeCloseTo(
      sampleRatioBayesFactor(counts, [0.1, 0.2, 0.7]).logBayesFactor,
      10,
    );
  });

  it('catch 51/49 at 200,000 units planned as 50/50', () => {
    const random = seededRandom(5);
    const experiments = 30;
    let gated = 0;
    let warned = 0;
    for (let round = 0; round < experiments; round += 1) {
      let first = 0;
      for (let unit = 0; unit < 200_000; unit += 1) if (random() < 0.51) first += 1;
      const counts = [first, 200_000 - first];
      if (sampleRatioBayesFactor(counts, [1, 1]).logBayesFactor > SAMPLE_RATIO_GATE_LOG_BAYES_FACTOR) gated += 1;
      if (sampleRatioChiSquare(counts, [1, 1]).p < SAMPLE_RATIO_WARNING_P) warned += 1;
    }
    expect(gated).toBe(experiments);
    expect(warned).toBe(experiments);
  });

  it('let a sound split pass the gate at every one of many looks', () => {
    const random = seededRandom(6);
    let crossed = 0;
    for (let round = 0; round < 200; round += 1) {
      const counts = [0, 0, 0];
      let gated = false;
      for (let unit = 1; unit <= 5000; unit += 1) {
        const drawn = random();
        counts[drawn < 0.1 ? 0 : drawn < 0.4 ? 1 : 2] += 1;
        if (unit % 50 === 0) {
          const { logBayesFactor } = sampleRatioBayesFactor(counts, [1, 3, 6]);
          gated ||= logBayesFactor > SAMPLE_RATIO_GATE_LOG_BAYES_FACTOR;
        }
      }
      if (gated) crossed += 1;
    }
    expect(crossed).toBeLessThanOrEqual(1);
  });

  it('reject counts, weights and concentrations that mean nothing', () => {
    expect(() => sampleRatioChiSquare([1, 2], [1])).toThrow(RangeError);
    expect(() => sampleRatioChiSquare([1.5, 2], [1, 1])).toThrow(RangeError);
    expect(() => sampleRatioChiSquare([-1, 2], [1, 1])).toThrow(RangeError);
    expect(() => sampleRatioBayesFactor([1, 2], [1, NaN])).toThrow(RangeError);
    expect(() => sampleRatioBayesFactor([1, 2], [1, 0])).toThrow(RangeError);
    expect(() => sampleRatioBayesFactor([1, 2], [1, 1], 0)).toThrow(RangeError);
  });
});
