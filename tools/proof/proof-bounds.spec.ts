import { boundsForFewerRuns } from './proof-bounds';

describe('bounds for fewer runs', () => {
  // By hand: 3 runs at .91 have 0 successes with chance .09^3 = 7.3e-4 > 1e-4; 5 runs have 0 with 5.9e-6 and at most 1
  // with 3.0e-4.
  it.each([
    [3, 0],
    [5, 1 / 5],
  ])('for %d runs allow all but the rarest low shares', (runs, low) => {
    expect(boundsForFewerRuns({ low: 0.91, high: 0.98 }, runs)).toEqual({ low, high: 1 });
  });

  it('close in on the stated range as runs are added', () => {
    const [few, many] = [12, 200_000].map((runs) => boundsForFewerRuns({ low: 0.91, high: 0.98 }, runs));
    expect(few.low).toBeLessThan(many.low);
    expect(few.high).toBe(1);
    expect(many.low).toBeGreaterThan(0.905);
    expect(many.low).toBeLessThan(0.91);
    expect(many.high).toBeLessThan(0.985);
    expect(many.high).toBeGreaterThan(0.98);
  });

  it('keep a certain share certain', () => {
    expect(boundsForFewerRuns({ low: 1, high: 1 }, 12)).toEqual({ low: 1, high: 1 });
  });
});
