import { makeWorld } from './make-world';
import { requestAt } from './market-request';
import { ADS, CANDIDATES, CITIES } from './market-size';
import { makeTraffic } from './traffic';
import { NO_CITY } from './units';

const SIZE = { requests: 60_000, units: 8_000 };
const traffic = makeTraffic(20261122, SIZE);
const requestsOf = new Uint32Array(SIZE.units);
for (const unit of traffic.unit) requestsOf[unit]++;

describe('the traffic of a run', () => {
  it('is the same for the same seed and another for another seed', () => {
    const small = { requests: 3000, units: 400 };
    const first = makeTraffic(1, small);
    expect(makeTraffic(1, small)).toEqual(first);
    expect(makeTraffic(2, small).candidates).not.toEqual(first.candidates);
  });

  it('hears from every unit, and often from a few heavy users', () => {
    expect(Math.min(...requestsOf)).toBe(1);
    const sorted = requestsOf.toSorted((a, b) => b - a);
    const heavy = sorted.subarray(0, SIZE.units / 20).reduce((sum, requests) => sum + requests, 0);
    expect(heavy / SIZE.requests).toBeGreaterThan(0.15);
    expect(sorted[0]).toBeGreaterThan(50);
  });

  it('refuses fewer requests than units', () => {
    expect(() => makeTraffic(1, { requests: 9, units: 10 })).toThrow(RangeError);
  });

  it('offers 12 distinct ads at every request', () => {
    const repeats = traffic.unit.filter((_, request) => {
      const offered = traffic.candidates.subarray(request * CANDIDATES, (request + 1) * CANDIDATES);
      return new Set(offered).size < CANDIDATES;
    });
    expect(repeats).toHaveLength(0);
    expect(new Set(traffic.candidates).size).toBe(ADS);
  });

  it('spreads its impressions in order over 12 hours', () => {
    const { impressionOffsetMs, hour } = traffic;
    expect(impressionOffsetMs.every((at, i) => i === 0 || at >= impressionOffsetMs[i - 1])).toBe(true);
    expect(impressionOffsetMs[0]).toBeGreaterThanOrEqual(0);
    expect(impressionOffsetMs[traffic.n - 1]).toBeLessThan(12 * 3_600_000);
    expect(hour.every((h, i) => h === 8 + Math.floor(impressionOffsetMs[i] / 3_600_000))).toBe(true);
  });

  it('leaves the nights out of a run of several days', () => {
    const { impressionOffsetMs, hour } = makeTraffic(3, { requests: 3000, units: 100, days: 3 });
    expect(impressionOffsetMs[2999]).toBeGreaterThan(2 * 86_400_000 + 11 * 3_600_000);
    expect(hour.every((h, i) => h === 8 + Math.floor((impressionOffsetMs[i] % 86_400_000) / 3_600_000))).toBe(true);
  });

  it('has rare categories and missing values', () => {
    const { city, age } = traffic.units;
    const known = city.filter((c) => c !== NO_CITY);
    const perCity = new Uint32Array(CITIES);
    for (const c of known) perCity[c]++;
    expect(perCity.filter((units) => units > 0 && units <= 2).length).toBeGreaterThan(300);
    expect(1 - known.length / SIZE.units).toBeCloseTo(0.03, 2);
    expect(age.filter((years) => Number.isNaN(years)).length / SIZE.units).toBeCloseTo(0.15, 1);
  });
});

describe('a request', () => {
  const world = makeWorld(20261122);

  it('carries ids, bids and features of its candidates', () => {
    const request = requestAt(world, traffic, 41);
    expect(request.unitId).toMatch(/^u-\d{6}$/);
    expect(request.requestId).toBe(requestAt(makeWorld(20261122), traffic, 41).requestId);
    expect(request.requestId).not.toBe(requestAt(world, traffic, 42).requestId);
    expect(request.adIds).toEqual(request.ads.map((ad) => world.ads[ad].id));
    request.ads.forEach((ad, i) => {
      const campaign = world.campaigns.find(({ id }) => id === request.campaignIds[i]);
      expect(campaign?.bidMicros).toBe(request.bidMicros[i]);
      expect(Number.isInteger(request.bidMicros[i])).toBe(true);
      expect(world.ads[ad].campaignId).toBe(request.campaignIds[i]);
    });
  });

  it('marks an unknown age as missing instead of sending a number', () => {
    const unknown = traffic.unit.findIndex((unit) => Number.isNaN(traffic.units.age[unit]));
    const known = traffic.unit.findIndex((unit) => !Number.isNaN(traffic.units.age[unit]));
    expect(requestAt(world, traffic, unknown).columns.get('age')?.missing).toEqual(Uint8Array.of(1));
    expect(requestAt(world, traffic, known).columns.get('age')?.missing).toBeUndefined();
  });
});
