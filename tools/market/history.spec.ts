import { isMissing } from '@adlift/wire';
import { makeHistory } from './history';
import { makeWorld } from './make-world';
import { CANDIDATES } from './market-size';
import { isClicked } from './outcomes';

const ROWS = 60_000;
const world = makeWorld(20261122);
const { traffic, served, random, clicks, conversions } = makeHistory(world, ROWS);
const offersAt = (request: number): Uint8Array =>
  traffic.candidates.subarray(request * CANDIDATES, (request + 1) * CANDIDATES);

describe('the history', () => {
  it('is the same for the same market', () => {
    expect(makeHistory(makeWorld(20261122), 3000)).toEqual(makeHistory(world, 3000));
  });

  it('serves 20 % of its rows at random', () => {
    const share = random.reduce((sum, drawn) => sum + drawn, 0) / ROWS;
    // Four standard errors of a share at 60,000 rows.
    expect(Math.abs(share - 0.2)).toBeLessThan(0.0066);
  });

  it('draws the random rows evenly over the candidates and prefers high bids in the others', () => {
    const places = new Uint32Array(CANDIDATES);
    const bids = { drawn: [0, 0], chosen: [0, 0] };
    served.forEach((ad, request) => {
      const sums = random[request] === 1 ? bids.drawn : bids.chosen;
      sums[0] += world.ads[ad].bidMicros;
      sums[1]++;
      if (random[request] === 1) places[offersAt(request).indexOf(ad)]++;
    });
    const expected = bids.drawn[1] / CANDIDATES;
    const chiSquare = places.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // The 99.99 % point of chi-square with 11 degrees of freedom is 37.4.
    expect(chiSquare).toBeLessThan(37.4);
    expect(bids.chosen[0] / bids.chosen[1]).toBeGreaterThan((1.2 * bids.drawn[0]) / bids.drawn[1]);
  });

  it('labels every impression by its click and every click by its conversion', () => {
    expect(clicks.n).toBe(ROWS);
    expect(clicks.labels.every((label, i) => (label === 1) === isClicked(world, traffic, i, served[i]))).toBe(true);
    expect(conversions.n).toBe(clicks.labels.reduce((sum, label) => sum + label, 0));
    const rate = conversions.labels.reduce((sum, label) => sum + label, 0) / conversions.n;
    expect(rate).toBeGreaterThan(0.05);
    expect(rate).toBeLessThan(0.2);
  });

  it('has a row for each served ad, with missing values and rare cities', () => {
    const { columns } = clicks;
    const [ad, age, city] = [columns.get('ad_id'), columns.get('age'), columns.get('city')];
    if (ad?.kind !== 'dict' || age === undefined || city?.kind !== 'dict') throw new Error('a column is absent');
    expect(Array.from(ad.idx.subarray(0, 500), (place) => ad.dict[place])).toEqual(
      Array.from(served.subarray(0, 500), (index) => world.ads[index].id),
    );
    const lacking = Array.from({ length: ROWS }, (_, i) => i).filter((i) => isMissing(age, i));
    expect(lacking.length / ROWS).toBeCloseTo(0.15, 1);
    const rows = new Uint32Array(city.dict.length);
    for (const place of city.idx) if (place < rows.length) rows[place]++;
    expect(rows.filter((count) => count < 20).length).toBeGreaterThan(500);
  });
});
