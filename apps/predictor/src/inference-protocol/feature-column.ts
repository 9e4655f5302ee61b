import { InvalidField, type Column } from '@adlift/wire';
import type { InputTensor } from './tensor/input-tensor';

/** What a feature reads: numbers, categories (text or integers), or, where no model says, whatever comes. */
export type FeatureKind = 'number' | 'category' | 'any';

/**
 * An input as the column of a feature. Categories are BYTES or integers, numbers any number or BOOL; what a column
 * cannot hold exactly becomes the nearest single-precision number, or for a category its decimal text. Throws
 * InvalidField for a datatype that the feature cannot read.
 */
export function featureColumn(tensor: InputTensor, kind: FeatureKind): Column {
  const { data, datatype, path } = tensor;
  const isText = data.kind === 'text';
  const isInteger = data.kind === 'i64' || data.kind === 'u64' || (data.kind === 'i32' && datatype !== 'BOOL');
  if (kind === 'number' && isText) throw new InvalidField(`${path}.datatype`, 'BYTES, but this feature is a number');
  if (kind === 'category' && !isText && !isInteger) {
    throw new InvalidField(`${path}.datatype`, `${datatype}, but this feature is a category: BYTES or an integer`);
  }
  switch (data.kind) {
    case 'f32':
    case 'i32':
      return data;
    case 'f64':
      return { kind: 'f32', values: Float32Array.from(data.values) };
    case 'text':
      return dictionary(data.values);
    case 'i64':
    case 'u64':
      return integers(data.values, kind);
  }
}

/** Beyond 2^53 the column as it is logged would not be the column as it was scored. */
function integers(values: BigInt64Array | BigUint64Array, kind: FeatureKind): Column {
  const exact = BigInt(Number.MAX_SAFE_INTEGER);
  if (values.every((value: bigint) => value >= -exact && value <= exact)) {
    return { kind: 'i64', values: BigInt64Array.from(values) };
  }
  if (kind === 'number') return { kind: 'f32', values: Float32Array.from(values, Number) };
  return dictionary(Array.from(values, String));
}

function dictionary(texts: readonly string[]): Column {
  const places = new Map<string, number>();
  const idx = new Uint32Array(texts.length);
  texts.forEach((text, i) => {
    const place = places.get(text) ?? places.size;
    places.set(text, place);
    idx[i] = place;
  });
  return { kind: 'dict', dict: [...places.keys()], idx };
}
