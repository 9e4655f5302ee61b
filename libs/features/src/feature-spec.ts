import type { FeatureCross, NumericTransform } from './feature-schema';

/** Learn a vocabulary: values seen at least `minCount` (default 1) times, at most `maxSize` of them. */
export interface VocabularySpec {
  readonly name: string;
  readonly type: 'categorical';
  readonly encoder: 'vocabulary';
  readonly minCount?: number;
  readonly maxSize?: number;
}

/** Hash into a fixed number of slots; nothing is learnt but the baseline. */
export interface HashSpec {
  readonly name: string;
  readonly type: 'categorical';
  readonly encoder: 'hash';
  readonly size: number;
}

/**
 * Learn clip bounds at the stated quantiles (default 0.001 and 0.999), mean, scale and impute value (default median).
 * The indicator defaults to on exactly when training rows lack the value.
 */
export interface NumericSpec {
  readonly name: string;
  readonly type: 'numeric';
  readonly transform?: NumericTransform;
  readonly clipQuantiles?: readonly [low: number, high: number] | 'none';
  readonly impute?: 'median' | 'mean' | number;
  readonly missingIndicator?: boolean;
}

/** Learn bucket edges at equal quantiles: at most `buckets` buckets, fewer where values repeat. */
export interface BucketSpec {
  readonly name: string;
  readonly type: 'buckets';
  readonly buckets: number;
}

export type FeatureSpec = VocabularySpec | HashSpec | NumericSpec | BucketSpec;

/** What to learn from training data to obtain a FeatureSchema. */
export interface SchemaSpec {
  readonly features: readonly FeatureSpec[];
  readonly crosses?: readonly FeatureCross[];
}
