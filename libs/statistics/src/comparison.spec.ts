import { answered } from '../test/answered';
import { expectAgreement } from '../test/expect-agreement';
import { readGolden } from '../test/golden-vectors';
import { estimateArm, estimateProportion, type ArmEstimate } from './arm-estimate';
import { addUnit, emptyArmSums } from './arm-sums';
import { compareArms } from './comparison';
import type { Comparison } from './effect';
import type { Interval } from './interval';
import { isRefusal } from './refusal';

interface ExpectedComparison {
  absolute: Comparison['absolute'];
  relative: Omit<Comparison['relative'], 'interval' | 'sequential'> & {
    interval: Interval | null;
    sequential: Interval | null;
  };
}

interface ComparisonCase {
  name: string;
  kind: 'mean' | 'ratio' | 'proportion' | 'bernoulliMean';
  control: number[] | [number, number][];
  treatment: number[] | [number, number][];
  plannedUnits: number;
  estimates: { value: number; variance: number }[];
  expected: ExpectedComparison;
}

interface Published {
  sleep: Record<'statistic' | 'degreesOfFreedom' | 'p' | 'low' | 'high', number>;
}

const { cases } = readGolden<{ cases: ComparisonCase[] }>('comparisons');

function estimate(kind: ComparisonCase['kind'], data: number[] | [number, number][], scale = 1): ArmEstimate {
  const sums = emptyArmSums();
  if (kind === 'proportion' || kind === 'bernoulliMean') {
    const [successes, units] = data as number[];
    for (let unit = 0; unit < units; unit += 1) addUnit(sums, unit < successes ? 1n : 0n, 1n);
    return answered(kind === 'proportion' ? estimateProportion(sums) : estimateArm('mean', sums, scale));
  }
  for (const unit of data) {
    const [m, d] = typeof unit === 'number' ? [unit, 1] : unit;
    addUnit(sums, BigInt(m), BigInt(d));
  }
  return answered(estimateArm(kind, sums, scale));
}

const compareCase = ({ kind, control, treatment, plannedUnits }: ComparisonCase, scale = 1): Comparison =>
  answered(
    compareArms(estimate(kind, control, scale), estimate(kind, treatment, scale), { alpha: 0.05, plannedUnits }),
  );

function namedCase(name: string): ComparisonCase {
  const found = cases.find((golden) => golden.name === name);
  if (!found) throw new Error(`no golden case ${name}`);
  return found;
}

describe('compareArms', () => {
  it.each(cases.map((golden) => [golden.name, golden] as const))('agrees with the golden vectors: %s', (_, golden) => {
    [golden.control, golden.treatment].forEach((data, arm) => {
      expectAgreement(estimate(golden.kind, data), golden.estimates[arm]);
    });
    expectAgreement(compareCase(golden), golden.expected);
  });

  it('prints the Welch test of the sleep data as R does', () => {
    const { sleep } = readGolden<Published>('published');
    const { absolute } = compareCase(namedCase('sleep data, tenths of an hour'), 0.1);
    expect(absolute.statistic).toBeCloseTo(sleep.statistic, 4);
    expect(absolute.degreesOfFreedom).toBeCloseTo(sleep.degreesOfFreedom, 3);
    expect(absolute.p).toBeCloseTo(sleep.p, 5);
    expect(absolute.low).toBeCloseTo(sleep.low, 7);
    expect(absolute.high).toBeCloseTo(sleep.high, 7);
  });

  it('finds +50 % of 46 in 10000 barely significant', () => {
    const { absolute, relative } = compareCase(namedCase('46 and 69 of 10000 as proportions'));
    expect(absolute.statistic).toBeCloseTo(2.151, 3);
    expect(relative.p).toBeCloseTo(0.0315, 4);
    expect(answered(relative.interval).low).toBeCloseTo(0.0375, 4);
    expect(answered(relative.interval).high).toBeCloseTo(1.2345, 4);
  });

  it('finds +110 % of 20 in 5000 significant at a planned end and not yet for a continuous watch', () => {
    const { absolute, relative } = compareCase(namedCase('20 and 42 of 5000 as means'));
    expect(absolute.statistic).toBeCloseTo(2.8, 2);
    expect(absolute.p).toBeCloseTo(0.0051, 4);
    expect(relative.lift).toBeCloseTo(1.1, 12);
    expect(answered(relative.interval).low).toBeGreaterThan(0);
    expect(answered(relative.sequential).low).toBeLessThan(0);
    expect(relative.alwaysValidP).toBeGreaterThan(0.05);
  });

  const options = { alpha: 0.05, plannedUnits: 1000 };
  const arm = (value: number, variance: number, units = 100): ArmEstimate => ({ units, value, variance });

  it('refuses what it cannot infer from, and says why', () => {
    const reasonFor = (control: ArmEstimate, treatment: ArmEstimate): string => {
      const result = compareArms(control, treatment, options);
      return isRefusal(result) ? result.reason : 'none';
    };
    expect(reasonFor(arm(0, 0), arm(1, 1))).toBe('zero_baseline');
    expect(reasonFor(arm(0, 4), arm(1, 1))).toBe('zero_baseline');
    expect(reasonFor(arm(1, 1), arm(0, 0))).toBe('too_few_nonzero_units');
    expect(reasonFor(arm(1, 0), arm(2, 0))).toBe('zero_variance');
    expect(reasonFor(arm(1, 1, 0), arm(1, 1))).toBe('no_units');
    expect(reasonFor(arm(1, 1), arm(1, 1, 1))).toBe('one_unit');
    expect(reasonFor(arm(1, 1), arm(1, 1))).toBe('none');
  });

  it('keeps the absolute effect when the control value is too noisy for a relative interval', () => {
    const { absolute, relative } = answered(compareArms(arm(0.1, 100), arm(9, 1), options));
    expect(relative.interval).toMatchObject({ refused: true, reason: 'unbounded_interval' });
    expect(relative.sequential).toMatchObject({ refused: true, reason: 'unbounded_interval' });
    expect(absolute.low).toBeGreaterThan(6);
  });

  it('gives no lift of a negative control value an interval, and keeps the absolute effect', () => {
    const { absolute, relative } = answered(compareArms(arm(-4, 1), arm(-3, 1), options));
    expect(relative.interval).toMatchObject({ refused: true, reason: 'negative_baseline' });
    expect(relative.sequential).toMatchObject({ refused: true, reason: 'negative_baseline' });
    expect(relative.lift).toBe(0.25);
    expect(absolute.low).toBeGreaterThan(0);
  });

  it('mirrors the absolute effect when the arms change places', () => {
    const there = answered(compareArms(arm(3, 2, 40), arm(3.5, 1, 25), options)).absolute;
    const back = answered(compareArms(arm(3.5, 1, 25), arm(3, 2, 40), options)).absolute;
    expect(back).toMatchObject({ difference: -there.difference, standardError: there.standardError, p: there.p });
    expect([back.low, back.high]).toEqual([-there.high, -there.low]);
  });

  it('gives the same lift, p and intervals whatever the money is counted in', () => {
    const cents = namedCase('revenue micros');
    const [plain, scaled] = [compareCase(cents), compareCase(cents, 1e-6)];
    expectAgreement(scaled.relative, plain.relative);
    expect(scaled.absolute.low / plain.absolute.low).toBeCloseTo(1e-6, 16);
  });

  it('gives one arm without spread the degrees of freedom of the other', () => {
    const { absolute } = answered(compareArms(arm(3, 0, 40), arm(3.2, 1, 25), options));
    expect(absolute.degreesOfFreedom).toBe(24);
  });

  it('rejects figures and options out of range', () => {
    expect(() => compareArms(arm(NaN, 1), arm(1, 1), options)).toThrow(RangeError);
    expect(() => compareArms(arm(1, 1), arm(1, -1), options)).toThrow(RangeError);
    expect(() => compareArms(arm(1, 1), arm(1, 1), { ...options, alpha: 1 })).toThrow(RangeError);
    expect(() => compareArms(arm(1, 1), arm(1, 1), { ...options, plannedUnits: 0 })).toThrow(RangeError);
  });
});
