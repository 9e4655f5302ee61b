import type { Column, Columns } from '@adlift/wire';
import { compileEncoder } from './encoder';
import { countBins } from './feature-baseline';
import type { SchemaSpec } from './feature-spec';
import { learnSchema } from './learn-schema';

const spec: SchemaSpec = {
  features: [
    { name: 'site', type: 'categorical', encoder: 'vocabulary', minCount: 2 },
    { name: 'ad', type: 'categorical', encoder: 'hash', size: 64 },
    { name: 'price', type: 'numeric', transform: 'log1p', clipQuantiles: [0.01, 0.99] },
    { name: 'age', type: 'buckets', buckets: 4 },
  ],
  crosses: [{ name: 'site*ad', of: ['site', 'ad'], size: 32 }],
};

const n = 1000;
const sites = Array.from({ length: n }, (_, i) =>
  i === 5 ? 'rare' : ['b', 'a', 'c'][i % 3 === 2 && i % 2 ? 2 : i % 2],
);
const words = [...new Set(sites)];
const columns: Columns = new Map<string, Column>([
  ['site', { kind: 'dict', dict: words, idx: Uint32Array.from(sites, (site) => words.indexOf(site)) }],
  ['ad', { kind: 'i32', values: Int32Array.from({ length: n }, (_, i) => i % 30) }],
  ['price', { kind: 'f32', values: Float32Array.from({ length: n }, (_, i) => (i === 3 ? NaN : i)) }],
  ['age', { kind: 'i32', values: Int32Array.from({ length: n }, (_, i) => 18 + (i % 40)) }],
]);

describe('learnSchema', () => {
  const { schema, baseline } = learnSchema(spec, columns, n);

  it('orders a vocabulary by count, then by value, and drops rare values', () => {
    const counts = new Map<string, number>();
    for (const site of sites) counts.set(site, (counts.get(site) ?? 0) + 1);
    const expected = [...counts].filter(([, rows]) => rows >= 2);
    expected.sort((x, y) => y[1] - x[1] || (x[0] < y[0] ? -1 : 1));
    expect(schema.features[0]).toMatchObject({ values: expected.map(([value]) => value) });
    expect(baseline[0].unknown).toBe(1);
  });

  it('standardises what the encoder writes to mean 0 and spread 1', () => {
    const encoder = compileEncoder(schema);
    const numeric = new Float32Array(n * encoder.numericCount);
    encoder.encode(columns, n, new Int32Array(n * encoder.idCount), numeric, new Uint8Array(n));
    const values = Array.from({ length: n }, (_, i) => numeric[i * 2]).filter((_, i) => i !== 3);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(mean).toBeCloseTo(0, 6);
    expect(variance).toBeCloseTo(1, 5);
    expect(numeric[3 * 2 + 1]).toBe(1);
  });

  it('cuts buckets and baseline bins at equal mass', () => {
    expect(schema.features[3]).toEqual({ name: 'age', type: 'buckets', edges: [28, 38, 48] });
    const price = baseline[2];
    expect(price.counts).toHaveLength(20);
    expect(Math.max(...price.counts) - Math.min(...price.counts)).toBeLessThanOrEqual(1);
    expect(price.missing).toBe(1);
  });

  it('keeps the top 19 categories and counts the rest together', () => {
    const ad = baseline[1];
    expect(ad.counts).toHaveLength(20);
    expect(ad.counts.reduce((sum, rows) => sum + rows, 0)).toBe(n);
    expect(ad.counts[19]).toBe(n - ad.counts.slice(0, 19).reduce((sum, rows) => sum + rows, 0));
  });

  it('counts later rows into the same bins, broadcast columns and absent ones included', () => {
    const [site, , price] = baseline;
    expect(countBins(site.bins, columns.get('site'), n)).toEqual({ counts: site.counts, missing: 0 });
    expect(countBins(price.bins, { kind: 'f32', values: Float32Array.of(-1) }, 7).counts[0]).toBe(7);
    expect(countBins(price.bins, undefined, 7).missing).toBe(7);
  });

  it('learns the same schema from numbers as from their text', () => {
    const ads = Array.from({ length: n }, (_, i) => String(i % 30));
    const entries = [...new Set(ads)].reverse();
    const idx = Uint32Array.from(ads, (ad) => entries.indexOf(ad));
    const asText: Columns = new Map([...columns, ['ad', { kind: 'dict', dict: entries, idx }]]);
    expect(learnSchema(spec, asText, n)).toEqual({ schema, baseline });
  });

  it('keeps a constant or absent numeric feature harmless', () => {
    const flat: SchemaSpec = { features: [{ name: 'x', type: 'numeric' }] };
    const constant: Columns = new Map([['x', { kind: 'f32', values: new Float32Array(9).fill(0.1) }]]);
    expect(learnSchema(flat, constant, 9).schema.features[0]).toMatchObject({ scale: 1, missingIndicator: false });
    expect(learnSchema(flat, new Map(), 9).schema.features[0]).toMatchObject({ impute: 0, missingIndicator: true });
  });
});
