import type { TensorType } from './direct-feature';

/**
 * Row-major values of one tensor. 64-bit integers are held as pairs of 32-bit words, low word first, because a BigInt
 * per value would be slow; texts cannot lie in shared memory and are an ordinary array.
 */
export type TensorValues = Float32Array | Float64Array | Int32Array | string[];

/** Bytes a value takes in memory; 0 for texts. */
export function tensorBytes(type: TensorType): number {
  switch (type) {
    case 'float32':
    case 'int32':
      return 4;
    case 'float64':
    case 'int64':
      return 8;
    case 'string':
      return 0;
  }
}

/** A view of `buffer` as values of the type; an empty array for texts. */
export function tensorView(type: TensorType, buffer: ArrayBufferLike): TensorValues {
  switch (type) {
    case 'float32':
      return new Float32Array(buffer);
    case 'float64':
      return new Float64Array(buffer);
    case 'int32':
    case 'int64':
      return new Int32Array(buffer);
    case 'string':
      return [];
  }
}

/** Where one column of a row-major tensor lies: the place of its first value, and the step from row to row. */
export interface ColumnSpan {
  readonly rows: number;
  readonly place: number;
  readonly stride: number;
}

/** Writes numbers into a tensor of a number type, or texts into one of texts. */
export function writeColumn(
  type: TensorType,
  target: TensorValues,
  source: Float64Array | readonly string[],
  { rows, place, stride }: ColumnSpan,
): void {
  if (Array.isArray(target)) {
    for (let i = 0, k = place; i < rows; i++, k += stride) target[k] = String(source[i]);
  } else if (source instanceof Float64Array) {
    if (type === 'int64') writeWords(target, source, { rows, place, stride });
    else for (let i = 0, k = place; i < rows; i++, k += stride) target[k] = source[i];
  }
}

function writeWords(target: Exclude<TensorValues, string[]>, source: Float64Array, span: ColumnSpan): void {
  for (let i = 0, k = 2 * span.place; i < span.rows; i++, k += 2 * span.stride) {
    target[k] = source[i] | 0;
    target[k + 1] = Math.floor(source[i] / 2 ** 32);
  }
}

/** The first `count` values as numbers or texts. */
export function readTensor(type: TensorType, values: TensorValues, count: number): (number | string)[] {
  if (type !== 'int64') return Array.from<number | string>(values.slice(0, count));
  return Array.from({ length: count }, (_, i) => Number(values[2 * i + 1]) * 2 ** 32 + (Number(values[2 * i]) >>> 0));
}
