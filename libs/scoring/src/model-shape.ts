import type { Encoder, TensorType } from '@adlift/features';
import type { Manifest } from './manifest';

/** One of a foreign model's own inputs: its type, and values a row. */
export interface TensorShape {
  readonly type: TensorType;
  readonly columns: number;
}

/**
 * Shape of a loaded model's rows: ids and numeric values a row, the model's own inputs in the manifest's order, and
 * values the model writes a row.
 */
export interface ModelShape {
  readonly idCount: number;
  readonly numericCount: number;
  readonly tensors: readonly TensorShape[];
  readonly outputWidth: number;
  readonly outputType: 'float32' | 'float64';
}

/** Values a model writes a row, by the manifest's output shape. */
export function outputWidth(output: Manifest['output']): number {
  return output.shape === 'n,2' ? 2 : 1;
}

/** The shape of a bundle's rows. */
export function modelShape({ inputs, output }: Manifest, { idCount, numericCount }: Encoder): ModelShape {
  return {
    idCount,
    numericCount,
    tensors: (inputs.tensors ?? []).map(({ type, features }) => ({ type, columns: features.length })),
    outputWidth: outputWidth(output),
    outputType: output.type ?? 'float32',
  };
}
