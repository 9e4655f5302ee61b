import { Tensor } from 'onnxruntime-node';
import type { RoundMemory } from './input-rows';
import type { Manifest } from './manifest';
import type { ModelShape } from './model-shape';

/** Tensors of a round for one row count: feeds and pre-allocated outputs over the round's shared memory. */
export interface RoundTensors {
  readonly feeds: Record<string, Tensor>;
  readonly fetches: Record<string, Tensor>;
}

const KEPT_ROW_COUNTS = 64;

/** The scoring thread's view of one round. Tensors are kept for the row counts that were run last. */
export class RoundView {
  readonly ids: Int32Array;
  readonly numeric: Float32Array;
  readonly output: Float32Array;
  readonly probability: Float32Array;
  private readonly made = new Map<number, RoundTensors>();

  constructor(memory: RoundMemory) {
    this.ids = new Int32Array(memory.ids);
    this.numeric = new Float32Array(memory.numeric);
    this.output = new Float32Array(memory.output);
    this.probability = new Float32Array(memory.probability);
  }

  tensors(manifest: Manifest, shape: ModelShape, n: number): RoundTensors {
    const known = this.made.get(n);
    if (known !== undefined) return known;
    if (this.made.size >= KEPT_ROW_COUNTS) this.made.clear();
    const tensors = this.make(manifest, shape, n);
    this.made.set(n, tensors);
    return tensors;
  }

  private make({ inputs, output }: Manifest, shape: ModelShape, n: number): RoundTensors {
    const { idCount, numericCount, outputWidth } = shape;
    const feeds: Record<string, Tensor> = {};
    if (inputs.ids !== undefined) {
      feeds[inputs.ids.name] = new Tensor('int32', this.ids.subarray(0, n * idCount), [n, idCount]);
    }
    if (inputs.numeric !== undefined) {
      const values = this.numeric.subarray(0, n * numericCount);
      feeds[inputs.numeric.name] = new Tensor('float32', values, [n, numericCount]);
    }
    const dims = output.shape === 'n' ? [n] : [n, outputWidth];
    const fetches = { [output.name]: new Tensor('float32', this.output.subarray(0, n * outputWidth), dims) };
    return { feeds, fetches };
  }
}
