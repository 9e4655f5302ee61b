import type { Feature } from '@adlift/features';
import type { ServedModel } from '../serving/model-repository';
import type { FeatureKind } from './feature-column';

/** A tensor that can be sent or asked for; every shape is [-1], one value per row. */
export interface TensorMetadata {
  readonly name: string;
  readonly datatype: string;
  readonly shape: number[];
}

/** What the protocol tells of a model. */
export interface ModelMetadata {
  readonly name: string;
  readonly versions: string[];
  readonly platform: string;
  readonly inputs: TensorMetadata[];
  readonly outputs: TensorMetadata[];
}

/** One value per row, as many rows as the caller likes. */
export function tensorMetadata(name: string, datatype: string): TensorMetadata {
  return { name, datatype, shape: [-1] };
}

/** What a feature of a model reads. */
export function featureKind(feature: Feature): Exclude<FeatureKind, 'any'> {
  if (feature.type === 'direct') return feature.as === 'number' || feature.as === 'integer' ? 'number' : 'category';
  return feature.type === 'categorical' ? 'category' : 'number';
}

/** Codes are whole numbers, of which single precision would lose those beyond 2^24. */
function datatypeOf(feature: Feature): string {
  if (featureKind(feature) === 'category') return 'BYTES';
  return feature.type === 'direct' && feature.as === 'integer' ? 'INT64' : 'FP32';
}

/** The model's features as inputs: the caller sends what it knows of an ad request, the encoding happens here. */
export function featureInputs({ manifest }: ServedModel): TensorMetadata[] {
  return manifest.features.features.map((feature) => tensorMetadata(feature.name, datatypeOf(feature)));
}

/** Names of a model's outputs: its probability as calibrated and before, and the flags of each row. */
export function outputNames({ manifest }: ServedModel): { score: string; raw: string; flags: string } {
  const score = manifest.kind === 'ctr' ? 'pctr' : 'pcvr';
  return { score, raw: `${score}_raw`, flags: 'row_flags' };
}

/** Metadata of a served model; `versions` are all that are loaded under its name. */
export function modelMetadata(model: ServedModel, versions: readonly ServedModel[]): ModelMetadata {
  const { score, raw, flags } = outputNames(model);
  return {
    name: model.manifest.name,
    versions: versions.map(({ manifest }) => manifest.version),
    platform: 'onnx_onnxv1',
    inputs: featureInputs(model),
    outputs: [tensorMetadata(score, 'FP32'), tensorMetadata(raw, 'FP32'), tensorMetadata(flags, 'UINT32')],
  };
}
