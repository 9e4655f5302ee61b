import { checkDirectFeature } from './check-tensors';
import { type Feature, type FeatureCross, type FeatureSchema, FeatureSchemaError } from './feature-schema';

const MAX_TABLE_SIZE = 2 ** 31 - 1;

function refuse(name: string, fault: string): never {
  throw new FeatureSchemaError(`feature "${name}": ${fault}`);
}

function checkSize(name: string, size: number): void {
  if (!Number.isInteger(size) || size < 1) refuse(name, `size ${size} is not a positive integer`);
}

function checkFeature(feature: Feature): void {
  switch (feature.type) {
    case 'categorical':
      if (feature.encoder === 'hash') checkSize(feature.name, feature.size);
      else if (new Set(feature.values).size !== feature.values.length)
        refuse(feature.name, 'repeated vocabulary value');
      return;
    case 'buckets':
      if (feature.edges.some((edge, i) => !Number.isFinite(edge) || (i > 0 && edge <= feature.edges[i - 1]))) {
        refuse(feature.name, 'edges are not finite and strictly ascending');
      }
      return;
    case 'numeric': {
      if (feature.clip !== undefined && !(feature.clip[0] <= feature.clip[1])) refuse(feature.name, 'clip low > high');
      if (!(feature.scale > 0 && Number.isFinite(feature.scale))) refuse(feature.name, 'scale is not positive');
      if (!Number.isFinite(feature.mean)) refuse(feature.name, 'mean is not finite');
      if (!Number.isFinite(feature.impute)) refuse(feature.name, 'impute is not finite');
      return;
    }
    case 'direct':
      checkDirectFeature(feature);
  }
}

function checkCross(cross: FeatureCross, features: ReadonlyMap<string, Feature>): void {
  checkSize(cross.name, cross.size);
  if (cross.of.length < 2) refuse(cross.name, 'a cross needs at least two parts');
  for (const part of cross.of) {
    const feature = features.get(part);
    if (feature === undefined) refuse(cross.name, `part "${part}" is not a feature`);
    if (feature.type === 'numeric' || feature.type === 'direct') {
      refuse(cross.name, `part "${part}" is ${feature.type}`);
    }
  }
}

/** Number of slots a categorical or bucket feature takes in the global table; 0 for any other. */
export function slotCount(feature: Feature): number {
  switch (feature.type) {
    case 'categorical':
      return feature.encoder === 'hash' ? feature.size + 1 : feature.values.length + 2;
    case 'buckets':
      return feature.edges.length + 2;
    case 'numeric':
    case 'direct':
      return 0;
  }
}

/** Throws FeatureSchemaError on the first fault: repeated names, bad sizes, edges, scales, or cross parts. */
export function checkSchema(schema: FeatureSchema): void {
  const features = new Map<string, Feature>();
  let tableSize = 0;
  for (const feature of schema.features) {
    if (features.has(feature.name)) refuse(feature.name, 'declared twice');
    checkFeature(feature);
    features.set(feature.name, feature);
    tableSize += slotCount(feature);
  }
  const crossNames = new Set<string>();
  for (const cross of schema.crosses) {
    if (features.has(cross.name) || crossNames.has(cross.name)) refuse(cross.name, 'declared twice');
    checkCross(cross, features);
    crossNames.add(cross.name);
    tableSize += cross.size + 1;
  }
  if (tableSize > MAX_TABLE_SIZE) throw new FeatureSchemaError(`the id table holds ${tableSize} slots, over 2^31 - 1`);
}
