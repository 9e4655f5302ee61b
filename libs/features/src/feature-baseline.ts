import type { Column } from '@adlift/wire';
import { bucketOf } from './bucket-encoder';
import { numberAt, textAt, usableLength } from './column-entry';

/** Most bins of one feature's reference distribution. */
export const BASELINE_BINS = 20;

/** Frozen bins of a numeric feature in raw units: bin i holds edges[i-1] <= x < edges[i]. */
export interface NumericBins {
  readonly kind: 'numeric';
  readonly edges: readonly number[];
}

/** Frozen bins of a categorical feature: one per listed value, then one for every other value. */
export interface CategoricalBins {
  readonly kind: 'categorical';
  readonly values: readonly string[];
}

export type FeatureBins = NumericBins | CategoricalBins;

/** Rows in each bin, and the rows that are in none because the value is missing or non-finite. */
export interface BinCounts {
  readonly counts: readonly number[];
  readonly missing: number;
}

/** Reference distribution of one feature over `n` training rows; `unknown` counts out-of-vocabulary rows. */
export interface FeatureBaseline extends BinCounts {
  readonly feature: string;
  readonly n: number;
  readonly bins: FeatureBins;
  readonly unknown: number;
}

/** Counts `n` rows of a column into frozen bins; an absent column counts as missing in every row. */
export function countBins(bins: FeatureBins, column: Column | undefined, n: number): BinCounts {
  const length = usableLength(column, n);
  const slots = bins.kind === 'numeric' ? bins.edges.length + 1 : bins.values.length + 1;
  const counts = new Array<number>(slots).fill(0);
  if (column === undefined || length === 0) return { counts, missing: n };
  const binAt = bins.kind === 'numeric' ? numericBin(bins, column) : categoricalBin(bins, column);
  const weight = length === 1 ? n : 1;
  let missing = 0;
  for (let i = 0; i < length; i++) {
    const bin = binAt(i);
    if (bin === undefined) missing += weight;
    else counts[bin] += weight;
  }
  return { counts, missing };
}

function numericBin(bins: NumericBins, column: Column): (i: number) => number | undefined {
  return (i) => {
    const value = numberAt(column, i);
    return value === undefined || !Number.isFinite(value) ? undefined : bucketOf(bins.edges, value);
  };
}

function categoricalBin(bins: CategoricalBins, column: Column): (i: number) => number | undefined {
  const places = new Map(bins.values.map((value, place) => [value, place]));
  return (i) => {
    const text = textAt(column, i);
    return text === undefined ? undefined : (places.get(text) ?? bins.values.length);
  };
}
