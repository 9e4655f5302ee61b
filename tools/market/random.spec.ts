import { exponential, hash, normal, standardised, uniform } from './random';

const DRAWS = 40_000;
const draw = (f: (i: number) => number): Float64Array => Float64Array.from({ length: DRAWS }, (_, i) => f(i));
const mean = (values: Float64Array): number => values.reduce((sum, x) => sum + x, 0) / values.length;

function correlation(a: Float64Array, b: Float64Array): number {
  const [ma, mb] = [mean(a), mean(b)];
  const covariance = mean(a.map((x, i) => (x - ma) * (b[i] - mb)));
  return covariance / Math.sqrt(mean(a.map((x) => (x - ma) ** 2)) * mean(b.map((x) => (x - mb) ** 2)));
}

// Four standard errors of a correlation or of a mean in units of the deviation.
const NOISE = 4 / Math.sqrt(DRAWS);

describe('keyed randomness', () => {
  it('gives the same number for the same keys and another for any other key', () => {
    expect(hash(7, 3, 5, 9)).toBe(hash(7, 3, 5, 9));
    const others = [hash(8, 3, 5, 9), hash(7, 4, 5, 9), hash(7, 3, 6, 9), hash(7, 3, 5, 10), hash(7, 3, 9, 5)];
    expect(new Set([hash(7, 3, 5, 9), ...others]).size).toBe(6);
  });

  it('draws uniform numbers', () => {
    const values = draw((i) => uniform(1, 2, i));
    const counts = new Array<number>(20).fill(0);
    for (const value of values) counts[Math.floor(value * 20)]++;
    const expected = DRAWS / 20;
    const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // The 99.99 % point of chi-square with 19 degrees of freedom is 50.8.
    expect(chiSquare).toBeLessThan(50.8);
  });

  it.each([
    ['seeds', draw((i) => uniform(2, 2, i))],
    ['streams', draw((i) => uniform(1, 3, i))],
    ['neighbouring keys', draw((i) => uniform(1, 2, i + 1))],
    ['second keys', draw((i) => uniform(1, 2, i, 1))],
  ])('draws independently for different %s', (_, other) => {
    const values = draw((i) => uniform(1, 2, i));
    expect(Math.abs(correlation(values, other))).toBeLessThan(NOISE);
  });

  it('draws normal and exponential numbers with the right mean and spread', () => {
    const normals = draw((i) => normal(5, 1, i));
    expect(Math.abs(mean(normals))).toBeLessThan(NOISE);
    expect(Math.abs(mean(normals.map((x) => x * x)) - 1)).toBeLessThan(2 * NOISE);
    expect(Math.abs(mean(draw((i) => exponential(5, 1, i))) - 1)).toBeLessThan(NOISE);
  });

  it('standardises a set of numbers to mean 0 and deviation 1', () => {
    const values = standardised(3, 1, 60);
    expect(mean(values)).toBeCloseTo(0, 12);
    expect(mean(values.map((x) => x * x))).toBeCloseTo(1, 12);
  });
});
