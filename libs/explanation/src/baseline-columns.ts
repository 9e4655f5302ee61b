import type { Feature, FeatureBaseline, FeatureSchema } from '@adlift/features';
import type { Column, Columns } from '@adlift/wire';

/**
 * A typical row of the training data, as broadcast columns: for a category its most frequent value, for a number the
 * edge of the baseline's bins at the median. A feature that most training rows lack, or of which the baseline knows no
 * value, is left out, so that it is encoded as missing.
 */
export function baselineColumns({ features }: FeatureSchema, baselines: readonly FeatureBaseline[]): Columns {
  const known = new Map(baselines.map((baseline) => [baseline.feature, baseline]));
  const columns = new Map<string, Column>();
  for (const feature of features) {
    const value = typicalValue(known.get(feature.name));
    if (value !== undefined) columns.set(feature.name, columnOf(feature, value));
  }
  return columns;
}

function typicalValue(baseline: FeatureBaseline | undefined): string | number | undefined {
  if (baseline === undefined) return undefined;
  const { bins, counts, missing } = baseline;
  return bins.kind === 'categorical' ? mostFrequent(bins.values, counts, missing) : median(bins.edges, counts, missing);
}

/** The bin of all values that are not listed is none of them, however many rows it holds. */
function mostFrequent(values: readonly string[], counts: readonly number[], missing: number): string | undefined {
  let most: string | undefined;
  let rows = missing;
  values.forEach((value, i) => {
    if (counts[i] <= rows) return;
    most = value;
    rows = counts[i];
  });
  return most;
}

function median(edges: readonly number[], counts: readonly number[], missing: number): number | undefined {
  const present = counts.reduce((sum, count) => sum + count, 0);
  if (edges.length === 0 || missing > present) return undefined;
  let below = 0;
  const bin = counts.findIndex((count) => (below += count) >= present / 2);
  return edges[Math.min(bin, edges.length - 1)];
}

function columnOf(feature: Feature, value: string | number): Column {
  // A whole number that is used as such is counted like a category.
  if (typeof value === 'number' || (feature.type === 'direct' && feature.as === 'integer')) {
    return { kind: 'f32', values: Float32Array.of(Number(value)) };
  }
  return { kind: 'dict', dict: [value], idx: Uint32Array.of(0) };
}
