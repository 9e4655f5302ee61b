import { seededRandom } from '../test/seeded-random';
import { estimateArm, estimateProportion, type ArmEstimate } from './arm-estimate';
import { addUnit, emptyArmSums, type ArmSums } from './arm-sums';
import { isRefusal, type Refusal } from './refusal';

function sumsOf(units: readonly (readonly [bigint, bigint])[]): ArmSums {
  const sums = emptyArmSums();
  for (const [m, d] of units) addUnit(sums, m, d);
  return sums;
}

function required(result: ArmEstimate | Refusal): ArmEstimate {
  if (isRefusal(result)) throw new Error(`refused: ${result.reason}`);
  return result;
}

const UNITS: readonly (readonly [bigint, bigint])[] = [
  [0n, 3n],
  [2n, 5n],
  [1n, 9n],
  [0n, 0n],
  [4n, 7n],
];

describe('addUnit', () => {
  it('counts a unit without outcome among the units and not among those with one', () => {
    expect(sumsOf(UNITS)).toEqual({
      units: 5n,
      sumM: 7n,
      sumD: 24n,
      sumMM: 21n,
      sumDD: 164n,
      sumMD: 47n,
      unitsWithM: 3n,
    });
  });
});

describe('estimateArm', () => {
  it('averages over all exposed units with the sample variance', () => {
    const estimate = required(estimateArm('mean', sumsOf(UNITS)));
    expect(estimate).toEqual({ units: 5, value: 1.4, variance: 2.8 });
  });

  it('gives the same bits whatever the order of the units', () => {
    const random = seededRandom(7);
    const units = Array.from(
      { length: 300 },
      () => [BigInt(Math.floor(random() * 1e12)), BigInt(Math.floor(random() * 90))] as const,
    );
    for (const kind of ['mean', 'ratio'] as const) {
      const forwards = estimateArm(kind, sumsOf(units), 1e-6);
      expect(estimateArm(kind, sumsOf([...units].reverse()), 1e-6)).toEqual(forwards);
    }
  });

  it('loses no digit of the spread to a large common offset', () => {
    const offset = 10n ** 18n;
    const shifted = UNITS.map(([m, d]) => [m + offset, d] as const);
    expect(required(estimateArm('mean', sumsOf(shifted))).variance).toBe(2.8);
  });

  it('sees no spread in a ratio that is the same for every unit', () => {
    const sums = sumsOf([3n, 1n, 700n, 12_345_678_901n].map((d) => [3n * d, d] as const));
    expect(estimateArm('ratio', sums)).toEqual({ units: 4, value: 3, variance: 0 });
  });

  it('scales the value once and the variance twice', () => {
    const plain = required(estimateArm('ratio', sumsOf(UNITS)));
    const scaled = required(estimateArm('ratio', sumsOf(UNITS), 1000));
    expect(scaled.value).toBeCloseTo(1000 * plain.value, 9);
    expect(scaled.variance).toBeCloseTo(1e6 * plain.variance, 6);
  });

  it('refuses an arm without units, with one unit, or without denominator', () => {
    expect(estimateArm('mean', emptyArmSums())).toMatchObject({ refused: true, reason: 'no_units' });
    expect(estimateArm('mean', sumsOf([[1n, 1n]]))).toMatchObject({ refused: true, reason: 'one_unit' });
    const withoutDenominator = sumsOf([
      [0n, 0n],
      [0n, 0n],
    ]);
    expect(estimateArm('ratio', withoutDenominator)).toMatchObject({ refused: true, reason: 'zero_denominator' });
  });

  it('rejects sums that no data can have', () => {
    expect(() => estimateArm('mean', { ...sumsOf(UNITS), sumMM: 1n })).toThrow(RangeError);
    expect(() => estimateArm('ratio', { ...sumsOf(UNITS), sumDD: 1n })).toThrow(RangeError);
    expect(() => estimateArm('ratio', { ...sumsOf(UNITS), sumMD: 10_000n })).toThrow(RangeError);
    expect(() => estimateArm('ratio', { ...sumsOf(UNITS), sumD: -1n })).toThrow(RangeError);
    expect(() => estimateArm('mean', { ...sumsOf(UNITS), units: -1n })).toThrow(RangeError);
  });
});

describe('estimateProportion', () => {
  const converted = (successes: number, units: number): ArmSums =>
    sumsOf(Array.from({ length: units }, (_, unit) => [unit < successes ? 1n : 0n, 1n] as const));

  it('has variance p(1 - p)', () => {
    expect(estimateProportion(converted(3, 8))).toEqual({ units: 8, value: 0.375, variance: 0.234375 });
  });

  it('rejects numerators other than 0 and 1', () => {
    expect(() => estimateProportion(sumsOf(UNITS))).toThrow(RangeError);
  });

  it('refuses too few units', () => {
    expect(estimateProportion(emptyArmSums())).toMatchObject({ reason: 'no_units' });
    expect(estimateProportion(converted(1, 1))).toMatchObject({ reason: 'one_unit' });
  });
});
