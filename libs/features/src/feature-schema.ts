import type { DirectFeature } from './direct-feature';

/** Categorical feature with a learnt list of values; slots: one per value, then out-of-vocabulary, then missing. */
export interface VocabularyFeature {
  readonly name: string;
  readonly type: 'categorical';
  readonly encoder: 'vocabulary';
  readonly values: readonly string[];
}

/** Categorical feature hashed into `size` slots by murmur3_x86_32 of `name=value`, then a missing slot. */
export interface HashFeature {
  readonly name: string;
  readonly type: 'categorical';
  readonly encoder: 'hash';
  readonly size: number;
}

/** How a numeric value is reshaped after clipping; `log1p` takes values below 0 as 0. */
export type NumericTransform = 'identity' | 'log1p' | 'signed_log1p';

/**
 * Numeric feature: impute (when missing or non-finite), clip, transform, then (t - mean) / scale. `impute` and `clip`
 * are in raw units, `mean` and `scale` in transformed units. The indicator is an extra column, 1 where imputed.
 */
export interface NumericFeature {
  readonly name: string;
  readonly type: 'numeric';
  readonly clip?: readonly [low: number, high: number];
  readonly transform: NumericTransform;
  readonly mean: number;
  readonly scale: number;
  readonly impute: number;
  readonly missingIndicator: boolean;
}

/** Numeric value turned into a category: slot i holds edges[i-1] <= x < edges[i]; then a missing slot. */
export interface BucketFeature {
  readonly name: string;
  readonly type: 'buckets';
  readonly edges: readonly number[];
}

export type Feature = VocabularyFeature | HashFeature | NumericFeature | BucketFeature | DirectFeature;

/**
 * Cross of two or more categorical or bucket features, hashed into `size` slots, then a missing slot that is taken
 * when any part is missing.
 */
export interface FeatureCross {
  readonly name: string;
  readonly of: readonly string[];
  readonly size: number;
}

/** Ordered features and crosses of a model; it fixes the layout of encoded rows. */
export interface FeatureSchema {
  readonly features: readonly Feature[];
  readonly crosses: readonly FeatureCross[];
}

/** A schema that cannot be compiled; the message names the feature and the fault. */
export class FeatureSchemaError extends Error {
  readonly code = 'FEATURE_SCHEMA_INVALID';
  override readonly name = 'FeatureSchemaError';
}
