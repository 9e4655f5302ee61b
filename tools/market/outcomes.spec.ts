import { makeWorld } from './make-world';
import { ADS, CAMPAIGNS, CANDIDATES, SEGMENTS } from './market-size';
import {
  clickDelayMs,
  clickProbability,
  conversionDelayMs,
  conversionProbability,
  conversionValueMicros,
  isClicked,
  isConverted,
} from './outcomes';
import { makeTraffic } from './traffic';

const world = makeWorld(20261122);
const traffic = makeTraffic(5, { requests: 60_000, units: 8_000 });
const firstOffer = (request: number): number => traffic.candidates[request * CANDIDATES];
const everyRequest = Array.from({ length: traffic.n }, (_, request) => request);

/** Distance of a count from the sum of its probabilities, in standard errors. */
function surprise(happens: (request: number) => boolean, probability: (request: number) => number): number {
  let gap = 0;
  let variance = 0;
  for (const request of everyRequest) {
    const p = probability(request);
    gap += (happens(request) ? 1 : 0) - p;
    variance += p * (1 - p);
  }
  return gap / Math.sqrt(variance);
}

describe('the market', () => {
  it('is the same for the same seed and another for another seed', () => {
    expect(makeWorld(20261122)).toEqual(world);
    expect(makeWorld(1).campaigns).not.toEqual(world.campaigns);
  });

  it('sells 240 ads of 60 campaigns whose budgets never bind', () => {
    expect(world.ads).toHaveLength(ADS);
    expect(new Set(world.ads.map((ad) => ad.campaignId)).size).toBe(CAMPAIGNS);
    for (const { bidMicros, budgetMicros } of world.campaigns) {
      expect(Number.isSafeInteger(bidMicros) && Number.isSafeInteger(budgetMicros)).toBe(true);
      expect(budgetMicros).toBeGreaterThan(bidMicros * traffic.n);
    }
  });

  it('draws bids whose logs spread by 0.4', () => {
    const logs = world.campaigns.map(({ bidMicros }) => Math.log(bidMicros / 1e6));
    const spread = Math.sqrt(logs.reduce((sum, log) => sum + log * log, 0) / CAMPAIGNS);
    expect(spread).toBeCloseTo(0.4, 5);
  });

  it('keeps the interactions of segments and ads out of the main effects', () => {
    const { segmentAd } = world.click;
    for (let ad = 0; ad < ADS; ad++) {
      let sum = 0;
      for (let segment = 0; segment < SEGMENTS; segment++) sum += segmentAd[segment * ADS + ad];
      expect(sum).toBeCloseTo(0, 9);
    }
    const spread = Math.sqrt(segmentAd.reduce((sum, x) => sum + x * x, 0) / segmentAd.length);
    expect(spread).toBeGreaterThan(0.6);
    expect(spread).toBeLessThan(0.8);
  });
});

describe('outcomes', () => {
  it('clicks as often as the true probabilities say', () => {
    const z = surprise(
      (request) => isClicked(world, traffic, request, firstOffer(request)),
      (request) => clickProbability(world, traffic, request, firstOffer(request)),
    );
    expect(Math.abs(z)).toBeLessThan(4);
  });

  it('converts as often as the true probabilities say', () => {
    const z = surprise(
      (request) => isConverted(world, traffic, request, firstOffer(request)),
      (request) => conversionProbability(world, traffic, request, firstOffer(request)),
    );
    expect(Math.abs(z)).toBeLessThan(4);
  });

  it('decides the same whatever was asked before', () => {
    const forwards = everyRequest.map((request) => isClicked(world, traffic, request, 17));
    const backwards = everyRequest.toReversed().map((request) => isClicked(world, traffic, request, 17));
    expect(backwards.reverse()).toEqual(forwards);
  });

  it('lets at least a second pass between impression and click', () => {
    const delays = everyRequest.map((request) => clickDelayMs(traffic, request));
    expect(delays.every((delay) => Number.isInteger(delay) && delay >= 1000 && delay <= 61_000)).toBe(true);
    expect(new Set(delays).size).toBeGreaterThan(1000);
  });

  it('lets a minute to two hours pass between click and conversion', () => {
    const delays = everyRequest.map((request) => conversionDelayMs(traffic, request));
    expect(delays.every((delay) => Number.isInteger(delay) && delay >= 60_000 && delay <= 7_200_000)).toBe(true);
  });

  it('gives conversions whole positive values', () => {
    const values = everyRequest.map((request) => conversionValueMicros(world, traffic, request, firstOffer(request)));
    expect(values.every((value) => Number.isSafeInteger(value) && value > 0)).toBe(true);
  });
});
