import { Tensor } from 'onnxruntime-node';
import type { Manifest } from './manifest';

type TensorInputs = NonNullable<Manifest['inputs']['tensors']>;

/** Feeds of a foreign model's own inputs, all but the texts, over their shared memory for `n` rows. */
export function numberFeeds(inputs: TensorInputs, memory: readonly SharedArrayBuffer[], n: number): [string, Tensor][] {
  return inputs.flatMap((input, t): [string, Tensor][] => {
    const count = n * input.features.length;
    const dims = dimsOf(input, n);
    switch (input.type) {
      case 'float32':
        return [[input.name, new Tensor('float32', new Float32Array(memory[t], 0, count), dims)]];
      case 'float64':
        return [[input.name, new Tensor('float64', new Float64Array(memory[t], 0, count), dims)]];
      case 'int32':
        return [[input.name, new Tensor('int32', new Int32Array(memory[t], 0, count), dims)]];
      case 'int64':
        return [[input.name, new Tensor('int64', new BigInt64Array(memory[t], 0, count), dims)]];
      case 'string':
        return [];
    }
  });
}

/** Feeds of the text inputs; `texts` are theirs in order. */
export function textFeeds(inputs: TensorInputs, texts: readonly (readonly string[])[], n: number): [string, Tensor][] {
  return inputs
    .filter(({ type }) => type === 'string')
    .map((input, t) => [input.name, new Tensor('string', [...texts[t]], dimsOf(input, n))]);
}

function dimsOf({ shape, features }: TensorInputs[number], n: number): number[] {
  return shape === 'n' ? [n] : [n, features.length];
}
