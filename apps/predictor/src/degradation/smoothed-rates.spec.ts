import { SmoothedRates } from './smoothed-rates';

const base = 0.01;
const one = (
  adId: string,
  impressions: number,
  clicks: number,
  conversions = 0,
  campaignId = 'c',
  placement = 'p',
) => ({
  placement,
  campaignId,
  adId,
  impressions,
  clicks,
  conversions,
});

/** The rate of one ad. */
function rateOf(
  rates: SmoothedRates,
  kind: 'ctr' | 'cvr',
  [placement, campaignId, adId]: readonly [string, string, string],
  parent = base,
): number {
  const filled = new Float32Array(1);
  rates.fill(kind, { placement, campaignIds: [campaignId], adIds: [adId] }, parent, filled);
  return filled[0] ?? NaN;
}

describe('SmoothedRates', () => {
  it('gives the base rate while nothing is known', () => {
    expect(rateOf(new SmoothedRates([]), 'ctr', ['p', 'c', 'a'])).toBe(Math.fround(base));
  });

  it('draws an ad with few impressions to its campaign, and lets one with many speak for itself', () => {
    const rates = new SmoothedRates([
      one('known', 1_000_000, 50_000),
      one('new', 2, 1),
      one('other', 1_000_000, 10_000),
    ]);
    expect(rateOf(rates, 'ctr', ['p', 'c', 'known'])).toBeCloseTo(0.05, 3);
    expect(rateOf(rates, 'ctr', ['p', 'c', 'new'])).toBeCloseTo(0.03, 1);
    expect(rateOf(rates, 'ctr', ['p', 'c', 'new'])).toBeGreaterThan(rateOf(rates, 'ctr', ['p', 'c', 'unseen']));
  });

  it('follows the order ad, campaign, placement, everything', () => {
    const rates = new SmoothedRates([
      one('a', 1e6, 2e4, 0, 'c1', 'p1'),
      one('b', 1e6, 8e4, 0, 'c2', 'p1'),
      one('d', 1e6, 2e5, 0, 'c3', 'p2'),
    ]);
    expect(rateOf(rates, 'ctr', ['p1', 'c1', 'unseen'])).toBeCloseTo(0.02, 3);
    expect(rateOf(rates, 'ctr', ['p1', 'unseen', 'unseen'])).toBeCloseTo(0.05, 3);
    expect(rateOf(rates, 'ctr', ['unseen', 'unseen', 'unseen'])).toBeCloseTo(0.1, 3);
  });

  it('counts conversions by click, and stays inside (0, 1) whatever was reported', () => {
    const rates = new SmoothedRates([one('a', 0, 1000, 100), one('odd', 0, 0, 50)]);
    expect(rateOf(rates, 'cvr', ['p', 'c', 'a'], 0.02)).toBeCloseTo(0.1, 1);
    expect(rateOf(rates, 'cvr', ['p', 'c', 'odd'], 0.02)).toBeLessThan(1);
    expect(rateOf(rates, 'ctr', ['p', 'c', 'a'])).toBeLessThan(1);
  });

  it('gives each of several candidates its own', () => {
    const rates = new SmoothedRates([one('a', 1e6, 2e4, 0, 'c1'), one('b', 1e6, 8e4, 0, 'c2')]);
    const filled = new Float32Array(3);
    rates.fill('ctr', { placement: 'p', campaignIds: ['c1', 'c2', 'c1'], adIds: ['a', 'b', 'a'] }, base, filled);
    expect(filled[0]).toBeCloseTo(0.02, 3);
    expect(filled[1]).toBeCloseTo(0.08, 3);
    expect(filled[2]).toBe(filled[0]);
  });
});
