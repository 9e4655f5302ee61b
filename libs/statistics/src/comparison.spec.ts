import { discrepancy, readGolden } from '../test/golden-vectors';
import { estimateArm, estimateProportion, type ArmEstimate } from './arm-estimate';
import { addUnit, emptyArmSums } from './arm-sums';
import { compareArms, type Comparison } from './comparison';
import type { Interval } from './interval';
import { isRefusal, type Refusal } from './refusal';

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

function required<T>(result: T | Refusal): T {
  if (isRefusal(result)) throw new Error(`refused: ${result.reason}`);
  return result;
}

function estimate(kind: ComparisonCase['kind'], data: number[] | [number, number][], scale = 1): ArmEstimate {
  const sums = emptyArmSums();
  if (kind === 'proportion' || kind === 'bernoulliMean') {
    const [successes, units] = data as number[];
    for (let unit = 0; unit < units; unit += 1) addUnit(sums, unit < successes ? 1n : 0n, 1n);
    return required(kind === 'proportion' ? estimateProportion(sums) : estimateArm('mean', sums, scale));
  }
  for (const unit of data) {
    const [m, d] = typeof unit === 'number' ? [unit, 1] : unit;
    addUnit(sums, BigInt(m), BigInt(d));
  }
  return required(estimateArm(kind, sums, scale));
}

const compareCase = ({ kind, control, treatment, plannedUnits }: ComparisonCase, scale = 1): Comparison =>
  required(
    compareArms(estimate(kind, control, scale), estimate(kind, treatment, scale), { alpha: 0.05, plannedUnits }),
  );

function namedCase(name: string): ComparisonCase {
  const found = cases.find((golden) => golden.name === name);
  if (!found) throw new Error(`no golden case ${name}`);
  return found;
}

/** Every figure of `actual` with its golden partner, refusals as null. */
function expectAgreement(actual: object, expected: object): void {
  for (const [field, golden] of Object.entries(expected) as [string, number | object | null][]) {
    const figure = (actual as Record<string, number | object>)[field];
    if (golden === null) {
      expect(figure).toMatchObject({ refused: true, reason: 'unbounded_interval' });
    } else if (typeof golden === 'number') {
      expect({ field, ok: discrepancy(figure as number, golden) < 1e-10 }).toEqual({ field, ok: true });
    } else {
      expectAgreement(figure as object, golden);
    }
  }
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
    expect(required(relative.interval).low).toBeCloseTo(0.0375, 4);
    expect(required(relative.interval).high).toBeCloseTo(1.2345, 4);
  });

  it('finds +110 % of 20 in 5000 significant at a planned end and not yet for a continuous watch', () => {
    const { absolute, relative } = compareCase(namedCase('20 and 42 of 5000 as means'));
    expect(absolute.statistic).toBeCloseTo(2.8, 2);
    expect(absolute.p).toBeCloseTo(0.0051, 4);
    expect(relative.lift).toBeCloseTo(1.1, 12);
    expect(required(relative.interval).low).toBeGreaterThan(0);
    expect(required(relative.sequential).low).toBeLessThan(0);
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
    const { absolute, relative } = required(compareArms(arm(0.1, 100), arm(9, 1), options));
    expect(relative.interval).toMatchObject({ refused: true, reason: 'unbounded_interval' });
    expect(relative.sequential).toMatchObject({ refused: true, reason: 'unbounded_interval' });
    expect(absolute.low).toBeGreaterThan(6);
  });

  it('gives one arm without spread the degrees of freedom of the other', () => {
    const { absolute } = required(compareArms(arm(3, 0, 40), arm(3.2, 1, 25), options));
    expect(absolute.degreesOfFreedom).toBe(24);
  });

  it('rejects figures and options out of range', () => {
    expect(() => compareArms(arm(NaN, 1), arm(1, 1), options)).toThrow(RangeError);
    expect(() => compareArms(arm(1, 1), arm(1, -1), options)).toThrow(RangeError);
    expect(() => compareArms(arm(1, 1), arm(1, 1), { ...options, alpha: 1 })).toThrow(RangeError);
    expect(() => compareArms(arm(1, 1), arm(1, 1), { ...options, plannedUnits: 0 })).toThrow(RangeError);
  });
});
