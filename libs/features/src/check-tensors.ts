import { type DirectFeature, type TensorInput, type TensorType } from './direct-feature';
import { type FeatureSchema, FeatureSchemaError } from './feature-schema';

/** Largest integer up to which every integer has a value of its own in the type. */
const EXACT_TO: Readonly<Record<TensorType, number>> = {
  float32: 2 ** 24,
  float64: Number.MAX_SAFE_INTEGER,
  int32: 2 ** 31 - 1,
  int64: Number.MAX_SAFE_INTEGER,
  string: 0,
};

function refuse(name: string, fault: string): never {
  throw new FeatureSchemaError(`feature "${name}": ${fault}`);
}

/** Throws FeatureSchemaError when the feature by itself makes no sense. */
export function checkDirectFeature(feature: DirectFeature): void {
  const { name } = feature;
  switch (feature.as) {
    case 'number':
      if (feature.clip !== undefined && !(feature.clip[0] <= feature.clip[1])) refuse(name, 'clip low > high');
      if (feature.impute !== 'nan' && !Number.isFinite(feature.impute)) refuse(name, 'impute is not finite');
      return;
    case 'integer':
      if (!(feature.range[0] <= feature.range[1])) refuse(name, 'range low > high');
      break;
    case 'vocabulary':
      if (new Set(feature.values).size !== feature.values.length) refuse(name, 'repeated vocabulary value');
      break;
    case 'hash':
      if (!(feature.size >= 1 && feature.size < 2 ** 31)) refuse(name, `size ${feature.size} is not in 1 to 2^31 - 1`);
      break;
    case 'text':
      return;
  }
  const fraction = codesOf(feature).find((code) => !Number.isSafeInteger(code));
  if (fraction !== undefined) refuse(name, `${fraction} is not an integer`);
}

/**
 * Throws FeatureSchemaError unless every tensor takes direct features that its type can hold, in a shape that they
 * fit, and every direct feature has a tensor.
 */
export function checkTensors(schema: FeatureSchema, tensors: readonly TensorInput[]): void {
  const features = new Map(schema.features.map((feature) => [feature.name, feature]));
  const used = new Set<string>();
  const names = new Set<string>();
  for (const { name, type, shape, features: listed } of tensors) {
    const fail = (fault: string): never => {
      throw new FeatureSchemaError(`input "${name}": ${fault}`);
    };
    if (names.has(name)) fail('declared twice');
    names.add(name);
    if (listed.length === 0) fail('lists no features');
    if (shape !== 'n,k' && listed.length !== 1) fail(`shape ${shape} takes one feature, ${listed.length} are listed`);
    for (const of of listed) {
      const feature = features.get(of);
      if (feature?.type !== 'direct') return fail(`"${of}" is not a feature of type direct`);
      const fault = misfit(feature, type);
      if (fault !== undefined) fail(`feature "${of}" ${fault}`);
      used.add(of);
    }
  }
  const idle = schema.features.find(({ type, name }) => type === 'direct' && !used.has(name));
  if (idle !== undefined) refuse(idle.name, 'no input tensor lists it');
}

function misfit(feature: DirectFeature, type: TensorType): string | undefined {
  if ((feature.as === 'text') !== (type === 'string')) return `is a ${feature.as}, the input takes ${type}`;
  if (feature.as === 'text') return undefined;
  if (feature.as === 'number') {
    if (type === 'int32' || type === 'int64') return `is a number, the input takes ${type}: declare an integer`;
    const stated = [feature.impute, ...(feature.clip ?? [])];
    const beyond = stated.find((value) => value !== 'nan' && !Number.isFinite(Math.fround(value)));
    return type === 'float32' && beyond !== undefined ? `states ${beyond}, which overflows float32` : undefined;
  }
  const beyond = codesOf(feature).find((code) => Math.abs(code) > EXACT_TO[type]);
  return beyond === undefined ? undefined : `has the code ${beyond}, which ${type} cannot hold exactly`;
}

/** The codes that bound what the feature writes. */
function codesOf(feature: Exclude<DirectFeature, { as: 'number' | 'text' }>): number[] {
  switch (feature.as) {
    case 'integer':
      return [...feature.range, feature.missing];
    case 'vocabulary':
      return [feature.values.length, feature.unknown, feature.missing];
    case 'hash':
      return [feature.size - 1, feature.missing];
  }
}
