import { expectAgreement } from '../test/expect-agreement';
import { readGolden } from '../test/golden-vectors';
import type { Interval } from './interval';
import {
  agrestiCaffoInterval,
  clopperPearsonInterval,
  newcombeInterval,
  wilsonInterval,
  type BernoulliCount,
} from './small-counts';

interface CountsGolden {
  single: (BernoulliCount & { wilson: Interval; clopperPearson: Interval })[];
  pairs: { control: [number, number]; treatment: [number, number]; newcombe: Interval; agrestiCaffo: Interval }[];
}

interface Published {
  proportions: (BernoulliCount & { wilson: [number, number]; clopperPearson: [number, number] })[];
  differences: { control: [number, number]; treatment: [number, number]; newcombe: [number, number] }[];
}

const count = ([successes, units]: [number, number]): BernoulliCount => ({ successes, units });
const rounded = ({ low, high }: Interval): number[] => [low, high].map((x) => Math.round(1e4 * x) / 1e4);
// Also turns a rounded -0 into 0.
const plain = (figures: number[]): number[] => figures.map((x) => x + 0);

describe('intervals of small counts', () => {
  it('agree with the golden vectors', () => {
    const { single, pairs } = readGolden<CountsGolden>('small-counts');
    for (const { wilson, clopperPearson, ...counted } of single) {
      expectAgreement(wilsonInterval(counted, 0.05), wilson);
      expectAgreement(clopperPearsonInterval(counted, 0.05), clopperPearson);
    }
    for (const { control, treatment, newcombe, agrestiCaffo } of pairs) {
      expectAgreement(newcombeInterval(count(control), count(treatment), 0.05), newcombe);
      expectAgreement(agrestiCaffoInterval(count(control), count(treatment), 0.05), agrestiCaffo);
    }
  });

  it('print as published', () => {
    const { proportions, differences } = readGolden<Published>('published');
    for (const { wilson, clopperPearson, ...counted } of proportions) {
      expect(plain(rounded(wilsonInterval(counted, 0.05)))).toEqual(wilson);
      const exact = plain(rounded(clopperPearsonInterval(counted, 0.05)));
      exact.forEach((figure, i) => expect(Math.abs(figure - clopperPearson[i])).toBeLessThan(1.01e-4));
    }
    for (const { control, treatment, newcombe } of differences) {
      expect(rounded(newcombeInterval(count(control), count(treatment), 0.05))).toEqual(newcombe);
    }
  });

  it('mirror when successes and failures, or the arms, change places', () => {
    for (const [successes, units] of [
      [0, 9],
      [4, 31],
      [900, 4000],
    ]) {
      for (const interval of [wilsonInterval, clopperPearsonInterval]) {
        const { low, high } = interval({ successes, units }, 0.1);
        const mirrored = interval({ successes: units - successes, units }, 0.1);
        expect(mirrored.low).toBeCloseTo(1 - high, 13);
        expect(mirrored.high).toBeCloseTo(1 - low, 13);
      }
      for (const interval of [newcombeInterval, agrestiCaffoInterval]) {
        const there = interval({ successes, units }, { successes: 3, units: 20 }, 0.1);
        const back = interval({ successes: 3, units: 20 }, { successes, units }, 0.1);
        expect(back.low).toBeCloseTo(-there.high, 14);
        expect(back.high).toBeCloseTo(-there.low, 14);
      }
    }
  });

  it('reject counts that no data can have', () => {
    expect(() => wilsonInterval({ successes: 3, units: 2 }, 0.05)).toThrow(RangeError);
    expect(() => clopperPearsonInterval({ successes: -1, units: 2 }, 0.05)).toThrow(RangeError);
    expect(() => wilsonInterval({ successes: 0, units: 0 }, 0.05)).toThrow(RangeError);
    expect(() => agrestiCaffoInterval(count([1, 2]), count([1, 2]), 1)).toThrow(RangeError);
    expect(() => agrestiCaffoInterval(count([1, 2]), count([1.5, 2]), 0.05)).toThrow(RangeError);
  });
});
