import fc from 'fast-check';
import { rankCandidates } from './exploration';

const names = (n: number): string[] => Array.from({ length: n }, (_, i) => `ad-${i}`);

describe('rankCandidates', () => {
  it('puts the highest score first and breaks ties by ad id', () => {
    const { rank, propensity, explored } = rankCandidates([1, 3, 3, 2], ['d', 'c', 'b', 'a'], 'r', 0);
    expect([Array.from(rank), Array.from(propensity), explored]).toEqual([[4, 2, 1, 3], [0, 0, 1, 0], false]);
  });

  it('does not depend on the order in which candidates came', () => {
    const forward = rankCandidates([5, 5, 5], ['a', 'b', 'c'], 'r', 0);
    const backward = rankCandidates([5, 5, 5], ['c', 'b', 'a'], 'r', 0);
    expect(Array.from(forward.rank)).toEqual(Array.from(backward.rank).reverse());
  });

  it('gives a permutation of the ranks and propensities that sum to 1', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true }), { minLength: 1, maxLength: 40 }),
        fc.string(),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (scores, requestId, epsilon) => {
          const { rank, propensity } = rankCandidates(scores, names(scores.length), requestId, epsilon);
          expect([...rank].sort((a, b) => a - b)).toEqual(scores.map((_, i) => i + 1));
          expect(propensity.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
          expect(propensity.every((p) => p >= 0 && p <= 1)).toBe(true);
        },
      ),
      { numRuns: 300, seed: 5 },
    );
  });

  it('draws the same order for the same request id, in any process', () => {
    const first = rankCandidates([4, 3, 2, 1], names(4), 'request-77', 1);
    expect(rankCandidates([4, 3, 2, 1], names(4), 'request-77', 1)).toEqual(first);
    expect([first.explored, Array.from(first.rank)]).toEqual([true, [2, 3, 4, 1]]);
  });

  it('explores as often as epsilon says, and then each candidate is first equally often', () => {
    const requests = 40_000;
    const firsts = [0, 0, 0, 0];
    let explored = 0;
    for (let i = 0; i < requests; i++) {
      const ranking = rankCandidates([0.4, 0.3, 0.2, 0.1], names(4), `request-${i}`, 0.25);
      if (!ranking.explored) {
        expect(ranking.rank[0]).toBe(1);
        continue;
      }
      explored++;
      firsts[ranking.rank.indexOf(1)]++;
    }
    // Four standard errors of a share.
    expect(Math.abs(explored / requests - 0.25)).toBeLessThan(4 * Math.sqrt((0.25 * 0.75) / requests));
    for (const first of firsts) {
      expect(Math.abs(first / explored - 0.25)).toBeLessThan(4 * Math.sqrt((0.25 * 0.75) / explored));
    }
  });

  it('states the propensity with which each candidate really comes first', () => {
    const requests = 20_000;
    const { propensity } = rankCandidates([1, 2, 3], names(3), 'any', 0.3);
    const firsts = [0, 0, 0];
    for (let i = 0; i < requests; i++) firsts[rankCandidates([1, 2, 3], names(3), `q-${i}`, 0.3).rank.indexOf(1)]++;
    expect(Array.from(propensity)).toEqual([0.3 / 3, 0.3 / 3, 1 - 0.3 + 0.3 / 3]);
    firsts.forEach((first, i) => expect(first / requests).toBeCloseTo(propensity[i], 1));
  });

  it('has nothing to explore with one candidate, and nothing at all with none', () => {
    expect(Array.from(rankCandidates([1], ['a'], 'r', 0.5).propensity)).toEqual([1]);
    expect(rankCandidates([], [], 'r', 0.5).rank).toHaveLength(0);
  });
});
