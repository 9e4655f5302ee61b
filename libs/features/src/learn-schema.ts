import type { Column, Columns } from '@adlift/wire';
import { checkSchema } from './check-schema';
import { BASELINE_BINS, countBins, type FeatureBaseline, type FeatureBins } from './feature-baseline';
import type { Feature, FeatureSchema, NumericFeature } from './feature-schema';
import type { FeatureSpec, NumericSpec, SchemaSpec } from './feature-spec';
import { transformNumber } from './numeric-encoder';
import { type CategoryCount, quantile, quantileEdges, rankCategories, sortedNumbers } from './value-summary';

/** A learnt schema with the reference bins that drift is measured against, one entry per feature. */
export interface LearnedSchema {
  readonly schema: FeatureSchema;
  readonly baseline: readonly FeatureBaseline[];
}

/**
 * Learns vocabularies, clip bounds, means, scales, impute values and bucket edges from `n` training rows, and freezes
 * at most 20 baseline bins per feature (categories: the top 19 and the rest). Throws FeatureSchemaError when the
 * spec cannot make a schema. The result depends on the rows alone, not on how columns carry them.
 */
export function learnSchema(spec: SchemaSpec, columns: Columns, n: number): LearnedSchema {
  const learned = spec.features.map((feature) => learnFeature(feature, columns.get(feature.name), n));
  const schema: FeatureSchema = {
    features: learned.map(({ feature }) => feature),
    crosses: spec.crosses ?? [],
  };
  checkSchema(schema);
  return { schema, baseline: learned.map(({ baseline }) => baseline) };
}

function learnFeature(
  spec: FeatureSpec,
  column: Column | undefined,
  n: number,
): { feature: Feature; baseline: FeatureBaseline } {
  if (spec.type === 'categorical') {
    const ranked = rankCategories(column, n);
    const bins: FeatureBins = {
      kind: 'categorical',
      values: ranked.slice(0, BASELINE_BINS - 1).map(([value]) => value),
    };
    if (spec.encoder === 'hash') {
      return { feature: { ...spec }, baseline: baselineOf(spec.name, bins, column, n) };
    }
    const kept = ranked.filter(([, rows]) => rows >= (spec.minCount ?? 1)).slice(0, spec.maxSize);
    const unknown = countRows(ranked) - countRows(kept);
    const values = kept.map(([value]) => value);
    return {
      feature: { name: spec.name, type: 'categorical', encoder: 'vocabulary', values },
      baseline: { ...baselineOf(spec.name, bins, column, n), unknown },
    };
  }
  const sorted = sortedNumbers(column, n);
  const bins: FeatureBins = { kind: 'numeric', edges: quantileEdges(sorted, BASELINE_BINS) };
  const baseline = baselineOf(spec.name, bins, column, n);
  if (spec.type === 'buckets') {
    return { feature: { name: spec.name, type: 'buckets', edges: quantileEdges(sorted, spec.buckets) }, baseline };
  }
  return { feature: learnNumeric(spec, sorted, baseline.missing > 0), baseline };
}

function learnNumeric(spec: NumericSpec, sorted: Float64Array, lacksValues: boolean): NumericFeature {
  const transform = spec.transform ?? 'identity';
  const clip = learnClip(spec, sorted);
  const [low, high] = clip ?? [-Infinity, Infinity];
  const reshaped = sorted.map((x) => transformNumber(transform, Math.min(Math.max(x, low), high)));
  const mean = meanOf(reshaped);
  const scale = Math.sqrt(meanOf(reshaped.map((t) => (t - mean) ** 2)));
  return {
    name: spec.name,
    type: 'numeric',
    ...(clip && { clip }),
    transform,
    mean,
    // A constant feature carries no signal, and its computed spread may be rounding noise: dividing by 1 keeps it at zero.
    scale: scale > 1e-12 * Math.max(1, Math.abs(mean)) ? scale : 1,
    impute: learnImpute(spec, sorted),
    missingIndicator: spec.missingIndicator ?? lacksValues,
  };
}

function learnClip(spec: NumericSpec, sorted: Float64Array): readonly [number, number] | undefined {
  if (spec.clipQuantiles === 'none' || sorted.length === 0) return undefined;
  const [low, high] = spec.clipQuantiles ?? [0.001, 0.999];
  return [quantile(sorted, low), quantile(sorted, high)];
}

function learnImpute(spec: NumericSpec, sorted: Float64Array): number {
  if (typeof spec.impute === 'number') return spec.impute;
  if (sorted.length === 0) return 0;
  return spec.impute === 'mean' ? meanOf(sorted) : quantile(sorted, 0.5);
}

function meanOf(values: Float64Array): number {
  if (values.length === 0) return 0;
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

function countRows(categories: readonly CategoryCount[]): number {
  return categories.reduce((sum, [, rows]) => sum + rows, 0);
}

function baselineOf(feature: string, bins: FeatureBins, column: Column | undefined, n: number): FeatureBaseline {
  return { feature, n, bins, ...countBins(bins, column, n), unknown: 0 };
}
