/** A number as the caller gives it, clipped and otherwise untouched; a missing one is `impute`, which may be NaN. */
export interface DirectNumber {
  readonly name: string;
  readonly type: 'direct';
  readonly as: 'number';
  readonly clip?: readonly [low: number, high: number];
  readonly impute: number | 'nan';
}

/** The caller's own integer, moved into `range` (both ends included); what is no whole number is `missing`. */
export interface DirectInteger {
  readonly name: string;
  readonly type: 'direct';
  readonly as: 'integer';
  readonly range: readonly [low: number, high: number];
  readonly missing: number;
}

/** The place of a category in `values`, from 0, with the codes that the model was trained with for the rest. */
export interface DirectVocabulary {
  readonly name: string;
  readonly type: 'direct';
  readonly as: 'vocabulary';
  readonly values: readonly string[];
  readonly unknown: number;
  readonly missing: number;
}

/** A category hashed into [0, size) by murmur3_x86_32 of `name=value`. */
export interface DirectHash {
  readonly name: string;
  readonly type: 'direct';
  readonly as: 'hash';
  readonly size: number;
  readonly missing: number;
}

/** A category as text; numbers are written in decimal. */
export interface DirectText {
  readonly name: string;
  readonly type: 'direct';
  readonly as: 'text';
  readonly missing: string;
}

/** A feature that reaches a model's own input as it is, without the tables and scales of this library's encoder. */
export type DirectFeature = DirectNumber | DirectInteger | DirectVocabulary | DirectHash | DirectText;

/** Element types of a model's own inputs. */
export const TENSOR_TYPES = ['float32', 'float64', 'int32', 'int64', 'string'] as const;
export type TensorType = (typeof TENSOR_TYPES)[number];

/**
 * One input of a foreign model: `name` as in its ONNX graph, row-major with one column per listed direct feature.
 * `n` and `n,1` hold one feature, `n,k` any number.
 */
export interface TensorInput {
  readonly name: string;
  readonly type: TensorType;
  readonly shape: 'n' | 'n,1' | 'n,k';
  readonly features: readonly string[];
}
