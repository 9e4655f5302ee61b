import { readGolden, relativeDiscrepancy } from '../test/golden-vectors';
import { chiSquareUpperTail } from './chi-square-distribution';
import { logGamma, stirlingRemainder } from './log-gamma';
import { normalCdf, normalQuantile } from './normal-distribution';
import { studentCdf, studentCriticalValue, studentTwoSidedP } from './student-t-distribution';

const FUNCTIONS: Record<string, (...given: number[]) => number> = {
  chiSquareUpperTail,
  logGamma,
  normalCdf,
  normalQuantile,
  studentCdf,
  studentCriticalValue,
  studentTwoSidedP,
};

interface SpecialFunctions {
  cases: { function: string; arguments: number[]; expected: number }[];
}

interface Tables {
  tables: Record<'normal975' | 'student975With10' | 'student975With1' | 'chiSquare1At3841459', number>;
}

describe('special functions', () => {
  const { cases } = readGolden<SpecialFunctions>('special-functions');

  it.each(Object.keys(FUNCTIONS))('%s agrees with the golden vectors to 1e-11', (name) => {
    const own = cases.filter((golden) => golden.function === name);
    expect(own.length).toBeGreaterThan(2);
    const misses = own
      .map((golden) => ({ ...golden, actual: FUNCTIONS[name](...golden.arguments) }))
      .filter(({ actual, expected }) => !(relativeDiscrepancy(actual, expected) < 1e-11));
    expect(misses).toEqual([]);
  });

  it('agrees with customary tables', () => {
    const { tables } = readGolden<Tables>('published');
    expect(normalQuantile(0.975)).toBeCloseTo(tables.normal975, 6);
    expect(studentCriticalValue(0.05, 10)).toBeCloseTo(tables.student975With10, 6);
    expect(studentCriticalValue(0.05, 1)).toBeCloseTo(tables.student975With1, 4);
    expect(chiSquareUpperTail(3.841459, 1)).toBeCloseTo(tables.chiSquare1At3841459, 7);
  });

  it('turns critical values back into their error rates', () => {
    for (const degreesOfFreedom of [1, 2.5, 30, 4e4, 1e8]) {
      for (const alpha of [1e-8, 0.001, 0.05, 0.3, 0.9]) {
        const back = studentTwoSidedP(studentCriticalValue(alpha, degreesOfFreedom), degreesOfFreedom);
        expect(relativeDiscrepancy(back, alpha)).toBeLessThan(1e-10);
      }
    }
    for (const p of [1e-9, 0.02, 0.5, 0.77]) expect(normalCdf(normalQuantile(p))).toBeCloseTo(p, 13);
  });

  it('keeps the recurrence of log-gamma across the start of the series', () => {
    for (const x of [0.1, 0.9, 3.3, 15.5, 16.5, 240]) {
      expect(relativeDiscrepancy(logGamma(x + 1) - logGamma(x), Math.log(x))).toBeLessThan(1e-12);
    }
    expect(Math.abs(logGamma(1))).toBeLessThan(1e-14);
    expect(Math.abs(logGamma(2))).toBeLessThan(1e-14);
    expect(stirlingRemainder(1e9)).toBeCloseTo(1 / 12e9, 20);
  });
});
