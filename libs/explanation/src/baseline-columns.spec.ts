import type { FeatureBaseline, FeatureSchema } from '@adlift/features';
import { baselineColumns } from './baseline-columns';

const SCHEMA: FeatureSchema = {
  features: [
    { name: 'site', type: 'categorical', encoder: 'hash', size: 8 },
    { name: 'hour', type: 'direct', as: 'integer', range: [0, 23], missing: 0 },
    { name: 'price', type: 'direct', as: 'number', impute: 0 },
  ],
  crosses: [],
};
const category = (feature: string, values: string[], counts: number[], missing = 0): FeatureBaseline => ({
  ...{ feature, n: 100, unknown: 0, bins: { kind: 'categorical', values }, counts, missing },
});
const number = (edges: number[], counts: number[], missing = 0): FeatureBaseline => ({
  ...{ feature: 'price', n: 100, unknown: 0, bins: { kind: 'numeric', edges }, counts, missing },
});

describe('the baseline row', () => {
  it('has the most frequent listed category, and a whole number as a number', () => {
    const row = baselineColumns(SCHEMA, [category('site', ['a', 'b'], [20, 30, 50]), category('hour', ['13'], [9, 0])]);
    expect(row.get('site')).toEqual({ kind: 'dict', dict: ['b'], idx: Uint32Array.of(0) });
    expect(row.get('hour')).toEqual({ kind: 'f32', values: Float32Array.of(13) });
  });

  it('has the edge at the median of a number', () => {
    const at = (edges: number[], counts: number[]): unknown =>
      baselineColumns(SCHEMA, [number(edges, counts)]).get('price');
    expect(at([1, 2, 3], [25, 25, 25, 25])).toEqual({ kind: 'f32', values: Float32Array.of(2) });
    expect(at([1, 2, 3], [5, 5, 5, 85])).toEqual({ kind: 'f32', values: Float32Array.of(3) });
  });

  it('leaves out what mostly is missing or has no value that the baseline knows', () => {
    const baselines = [category('site', ['a'], [20, 0], 80), category('hour', [], [100]), number([], [100])];
    expect([...baselineColumns(SCHEMA, baselines)]).toEqual([]);
    expect([...baselineColumns(SCHEMA, [number([1], [10, 10], 80)])]).toEqual([]);
    expect([...baselineColumns(SCHEMA, [])]).toEqual([]);
  });
});
