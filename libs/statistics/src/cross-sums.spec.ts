import { addUnitValues, emptyCrossSums, poolCrossSums, productOf, sumOf } from './cross-sums';
import { addUnit, emptyArmSums } from './arm-sums';
import { estimateArm } from './arm-estimate';
import { linearisedCovariance, quantityValue } from './linearised-covariance';

const UNITS = [
  [2n, 9n, 3n],
  [0n, 4n, -1n],
  [5n, 31n, 6n],
];

function sumsOf(units: readonly (readonly bigint[])[]): ReturnType<typeof emptyCrossSums> {
  const sums = emptyCrossSums(3);
  for (const values of units) addUnitValues(sums, values);
  return sums;
}

describe('cross sums', () => {
  it('keep the sum of every variable and of every product', () => {
    const sums = sumsOf(UNITS);
    expect(sums.sums).toEqual([7n, 44n, 8n]);
    for (let i = 0; i < 3; i += 1) {
      for (let j = 0; j < 3; j += 1) {
        expect(productOf(sums, i, j)).toBe(UNITS.reduce((sum, unit) => sum + unit[i] * unit[j], 0n));
      }
    }
    expect(sumOf(sums, undefined)).toBe(3n);
    expect(productOf(sums, undefined, 1)).toBe(44n);
  });

  it('of two arms pool into the sums of all units', () => {
    expect(poolCrossSums([sumsOf(UNITS.slice(0, 1)), sumsOf(UNITS.slice(1))])).toEqual(sumsOf(UNITS));
  });

  it('give the variances of the sums of one metric', () => {
    const arm = emptyArmSums();
    for (const [m, d] of UNITS) addUnit(arm, m, d);
    const ratio = { numerator: 0, denominator: 1 };
    expect(estimateArm('ratio', arm)).toEqual({
      units: 3,
      value: quantityValue(sumsOf(UNITS), ratio),
      variance: linearisedCovariance(sumsOf(UNITS), ratio, ratio),
    });
    const mean = { numerator: 0 };
    expect(estimateArm('mean', arm)).toMatchObject({ variance: linearisedCovariance(sumsOf(UNITS), mean, mean) });
  });

  it('reject units and arms of another shape', () => {
    expect(() => addUnitValues(emptyCrossSums(2), [1n])).toThrow(RangeError);
    expect(() => poolCrossSums([emptyCrossSums(2), emptyCrossSums(3)])).toThrow(RangeError);
    expect(() => poolCrossSums([])).toThrow(RangeError);
    expect(() => sumOf(sumsOf(UNITS), 3)).toThrow(RangeError);
    expect(() => productOf(sumsOf(UNITS), -1, 0)).toThrow(RangeError);
  });
});
