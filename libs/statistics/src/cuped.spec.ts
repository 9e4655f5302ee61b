import { answered } from '../test/answered';
import { expectAgreement } from '../test/expect-agreement';
import { discrepancy, readGolden } from '../test/golden-vectors';
import { normalFrom, seededRandom } from '../test/seeded-random';
import { estimateArm } from './arm-estimate';
import { addUnit, emptyArmSums } from './arm-sums';
import { compareArms } from './comparison';
import { addUnitValues, emptyCrossSums, type CrossSums, type Quantity } from './cross-sums';
import { compareWithCovariates, cupedCoefficients } from './cuped';
import { isRefusal } from './refusal';

interface CupedGolden {
  control: number[][];
  treatment: number[][];
  plannedUnits: number;
  cases: {
    name: string;
    outcome: [number, number | null];
    covariates: [number, number | null][];
    coefficients: number[];
    expected: object;
  }[];
}

const golden = readGolden<CupedGolden>('cuped');
const quantity = ([numerator, denominator]: [number, number | null]): Quantity =>
  denominator === null ? { numerator } : { numerator, denominator };

function sumsOf(units: readonly (readonly number[])[]): CrossSums {
  const sums = emptyCrossSums(units[0].length);
  for (const unit of units) addUnitValues(sums, unit.map(BigInt));
  return sums;
}

const control = sumsOf(golden.control);
const treatment = sumsOf(golden.treatment);
const options = { alpha: 0.05, plannedUnits: golden.plannedUnits };

describe('a comparison with covariates', () => {
  it.each(golden.cases.map((found) => [found.name, found] as const))(
    'agrees with the golden vectors: %s',
    (_, found) => {
      const model = { outcome: quantity(found.outcome), covariates: found.covariates.map(quantity) };
      const coefficients = answered(cupedCoefficients([control, treatment], model));
      found.coefficients.forEach((expected, i) => expect(discrepancy(coefficients[i], expected)).toBeLessThan(1e-10));
      expectAgreement(
        answered(compareWithCovariates(control, treatment, { ...model, coefficients }, options)),
        found.expected,
      );
    },
  );

  it('is the plain comparison when the coefficients are 0', () => {
    const arms = [golden.control, golden.treatment].map((units) => {
      const sums = emptyArmSums();
      for (const [m, d] of units) addUnit(sums, BigInt(m), BigInt(d));
      return answered(estimateArm('ratio', sums));
    });
    const model = { outcome: { numerator: 0, denominator: 1 }, covariates: [{ numerator: 2 }], coefficients: [0] };
    expectAgreement(
      answered(compareWithCovariates(control, treatment, model, options)),
      answered(compareArms(arms[0], arms[1], options)),
    );
  });

  it('scales values and errors alike, and leaves the lift as it is', () => {
    const model = { outcome: { numerator: 0 }, covariates: [{ numerator: 2 }] };
    const coefficients = answered(cupedCoefficients([control, treatment], model));
    const plain = answered(compareWithCovariates(control, treatment, { ...model, coefficients }, options));
    const scaled = answered(
      compareWithCovariates(control, treatment, { ...model, coefficients, scale: 1000 }, options),
    );
    expect(scaled.absolute.difference).toBeCloseTo(1000 * plain.absolute.difference, 9);
    expect(scaled.absolute.standardError).toBeCloseTo(1000 * plain.absolute.standardError, 9);
    expectAgreement(scaled.relative, plain.relative);
  });

  it('takes out what the covariate explains: the error shrinks by the correlation', () => {
    const random = seededRandom(8);
    const arms = [0, 1].map(() =>
      sumsOf(
        Array.from({ length: 4000 }, () => {
          const before = normalFrom(random);
          return [Math.round(1000 * (50 + before + 0.75 * normalFrom(random))), Math.round(1000 * before)];
        }),
      ),
    );
    const model = { outcome: { numerator: 0 }, covariates: [{ numerator: 1 }] };
    const coefficients = answered(cupedCoefficients(arms, model));
    const error = (theta: number[]): number =>
      answered(compareWithCovariates(arms[0], arms[1], { ...model, coefficients: theta }, options)).absolute
        .standardError;
    expect(coefficients[0]).toBeCloseTo(1, 1);
    // Unexplained share of the variance: .5625 of 1.5625.
    expect((error(coefficients) / error([0])) ** 2).toBeCloseTo(0.36, 1);
  });

  it('gives a constant or a repeated covariate no weight', () => {
    const withConstant = (units: number[][]): CrossSums => sumsOf(units.map(([m, d, x]) => [m, d, x, 7, 2 * x]));
    const arms = [withConstant(golden.control), withConstant(golden.treatment)];
    const outcome = { numerator: 0 };
    const [alone] = answered(cupedCoefficients(arms, { outcome, covariates: [{ numerator: 2 }] }));
    const covariates = [{ numerator: 3 }, { numerator: 2 }, { numerator: 4 }];
    const [constant, kept, repeated] = answered(cupedCoefficients(arms, { outcome, covariates }));
    expect([constant, repeated]).toEqual([0, 0]);
    expect(kept).toBeCloseTo(alone, 12);
  });

  it('agrees with its own test about zero', () => {
    const random = seededRandom(21);
    const model = { outcome: { numerator: 0 }, covariates: [{ numerator: 1 }] };
    const seen = { inside: 0, outside: 0 };
    for (let round = 0; round < 600; round += 1) {
      const shift = normalFrom(random);
      const arms = [0, shift].map((mean) =>
        sumsOf(
          Array.from({ length: 30 }, () => {
            const before = normalFrom(random);
            return [Math.round(1000 * (8 + mean + before + normalFrom(random))), Math.round(1000 * before)];
          }),
        ),
      );
      const coefficients = answered(cupedCoefficients(arms, model));
      const { relative } = answered(compareWithCovariates(arms[0], arms[1], { ...model, coefficients }, options));
      const { low, high } = answered(relative.interval);
      expect(low > 0 || high < 0).toBe(relative.p < 0.05);
      seen[low > 0 || high < 0 ? 'outside' : 'inside'] += 1;
      if (isRefusal(relative.sequential)) continue;
      expect(relative.sequential.low > 0 || relative.sequential.high < 0).toBe(relative.alwaysValidP < 0.05);
    }
    expect(Math.min(seen.inside, seen.outside)).toBeGreaterThan(100);
  });

  it('refuses what a plain comparison refuses', () => {
    const model = { outcome: { numerator: 0, denominator: 1 }, covariates: [{ numerator: 2 }], coefficients: [0] };
    const reason = (a: number[][], b: number[][]): string => {
      const result = compareWithCovariates(sumsOf(a), sumsOf(b), model, options);
      return isRefusal(result) ? result.reason : 'none';
    };
    const some = [
      [1, 4, 2],
      [3, 9, 1],
    ];
    const silent = [
      [0, 4, 2],
      [0, 9, 1],
    ];
    expect(reason([[1, 2, 3]], some)).toBe('one_unit');
    expect(reason(silent, some)).toBe('zero_baseline');
    expect(reason(some, silent)).toBe('too_few_nonzero_units');
    expect(
      reason(
        some.map(([m]) => [m, 0, 1]),
        some,
      ),
    ).toBe('zero_denominator');
    expect(cupedCoefficients([emptyCrossSums(3)], model)).toMatchObject({ reason: 'no_units' });
    expect(() => compareWithCovariates(control, treatment, { ...model, coefficients: [] }, options)).toThrow(
      RangeError,
    );
  });
});
