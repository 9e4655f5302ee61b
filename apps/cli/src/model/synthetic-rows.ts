import type { DirectFeature, Feature } from '@adlift/features';
import { SeededRandom } from '@adlift/training';
import type { Column, Columns } from '@adlift/wire';

const ROWS = 200;
const SEED = 1;
const MAX_INT32 = 2 ** 31 - 1;

/**
 * Rows of made-up raw features for a model without training data, always the same ones: numbers over several orders of
 * magnitude or over their clip range, codes over their whole range, categories of the vocabulary.
 */
export function syntheticRows(features: readonly Feature[]): { readonly columns: Columns; readonly n: number } {
  const random = new SeededRandom(SEED);
  return { columns: new Map(features.map((feature) => [feature.name, columnOf(feature, random)])), n: ROWS };
}

function columnOf(feature: Feature, random: SeededRandom): Column {
  switch (feature.type) {
    case 'direct':
      return directColumn(feature, random);
    case 'categorical':
      return texts(feature.encoder === 'vocabulary' ? feature.values : [], random);
    case 'buckets':
      return numbers(() => spread(random) + (feature.edges[0] ?? 0));
    case 'numeric':
      return numbers(clipped(feature.clip, random));
  }
}

function directColumn(feature: DirectFeature, random: SeededRandom): Column {
  switch (feature.as) {
    case 'number':
      return numbers(clipped(feature.clip, random));
    case 'integer':
      return integers(feature.range, random);
    case 'vocabulary':
      return texts(feature.values, random);
    case 'hash':
    case 'text':
      return texts([], random);
  }
}

function clipped(clip: readonly [number, number] | undefined, random: SeededRandom): () => number {
  return clip === undefined ? () => spread(random) : () => clip[0] + random.next() * (clip[1] - clip[0]);
}

/** Of either sign, from a thousandth to ten thousand. */
function spread(random: SeededRandom): number {
  return (random.next() < 0.3 ? -1 : 1) * 10 ** (random.next() * 7 - 3);
}

function numbers(draw: () => number): Column {
  return { kind: 'f32', values: Float32Array.from({ length: ROWS }, draw) };
}

function integers([low, high]: readonly [number, number], random: SeededRandom): Column {
  const width = high - low + 1;
  const drawn = Array.from({ length: ROWS }, () => Math.min(low + Math.floor(random.next() * width), high));
  if (Math.max(Math.abs(low), Math.abs(high)) <= MAX_INT32) return { kind: 'i32', values: Int32Array.from(drawn) };
  return { kind: 'i64', values: BigInt64Array.from(drawn, (value) => BigInt(Math.trunc(value))) };
}

function texts(values: readonly string[], random: SeededRandom): Column {
  const dict = values.length > 0 ? values : Array.from({ length: 20 }, (_, i) => `value-${i}`);
  return { kind: 'dict', dict, idx: Uint32Array.from({ length: ROWS }, () => Math.floor(random.next() * dict.length)) };
}
