import type { Columns } from '@adlift/wire';
import { BASELINE_BINS, countBins, type FeatureBaseline, type FeatureBins } from './feature-baseline';
import type { Feature, FeatureSchema } from './feature-schema';
import { quantileEdges, rankCategories, sortedNumbers } from './value-summary';

/**
 * Reference bins of every feature of a schema from `n` rows of raw columns, as `learnSchema` makes them: at most 20,
 * of equal mass for numbers, the top 19 values and the rest for categories.
 */
export function sampleBaseline({ features }: FeatureSchema, columns: Columns, n: number): FeatureBaseline[] {
  return features.map((feature) => {
    const column = columns.get(feature.name);
    const ranked = isNumber(feature) ? [] : rankCategories(column, n);
    const bins: FeatureBins = isNumber(feature)
      ? { kind: 'numeric', edges: quantileEdges(sortedNumbers(column, n), BASELINE_BINS) }
      : { kind: 'categorical', values: ranked.slice(0, BASELINE_BINS - 1).map(([value]) => value) };
    const known = vocabularyOf(feature);
    const unknown = ranked.reduce((sum, [value, rows]) => sum + (known?.has(value) === false ? rows : 0), 0);
    return { feature: feature.name, n, bins, ...countBins(bins, column, n), unknown };
  });
}

function isNumber(feature: Feature): boolean {
  return feature.type === 'direct' ? feature.as === 'number' : feature.type !== 'categorical';
}

function vocabularyOf(feature: Feature): ReadonlySet<string> | undefined {
  return 'values' in feature ? new Set(feature.values) : undefined;
}
