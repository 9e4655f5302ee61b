export { bucketOf } from './bucket-encoder';
export { checkSchema } from './check-schema';
export { checkTensors } from './check-tensors';
export {
  type DirectFeature,
  type DirectHash,
  type DirectInteger,
  type DirectNumber,
  type DirectText,
  type DirectVocabulary,
  TENSOR_TYPES,
  type TensorInput,
  type TensorType,
} from './direct-feature';
export { compileEncoder, Encoder, type IdRange } from './encoder';
export {
  type BinCounts,
  type CategoricalBins,
  countBins,
  type FeatureBaseline,
  type FeatureBins,
  type NumericBins,
} from './feature-baseline';
export {
  type BucketFeature,
  type Feature,
  type FeatureCross,
  type FeatureSchema,
  FeatureSchemaError,
  type HashFeature,
  type NumericFeature,
  type NumericTransform,
  type VocabularyFeature,
} from './feature-schema';
export {
  type BucketSpec,
  type FeatureSpec,
  type HashSpec,
  type NumericSpec,
  type SchemaSpec,
  type VocabularySpec,
} from './feature-spec';
export { type LearnedSchema, learnSchema } from './learn-schema';
export { murmur3 } from './murmur3';
export { RowFlag } from './row-flags';
export { sampleBaseline } from './sample-baseline';
export { TensorEncoder } from './tensor-encoder';
export { readTensor, tensorBytes, type TensorValues, tensorView } from './tensor-values';
