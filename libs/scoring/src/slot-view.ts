import { Tensor } from 'onnxruntime-node';
import type { Manifest } from './manifest';
import type { ModelShape, SlotMemory } from './worker-protocol';

/** Tensors of a slot for one row count: feeds and pre-allocated outputs over the slot's shared memory. */
export interface SlotTensors {
  readonly n: number;
  readonly feeds: Record<string, Tensor>;
  readonly fetches: Record<string, Tensor>;
}

/** The worker's view of one slot. Tensors are kept as long as the row count stays the same. */
export class SlotView {
  readonly ids: Int32Array;
  readonly numeric: Float32Array;
  readonly output: Float32Array;
  readonly probability: Float32Array;
  private made: SlotTensors | undefined;

  constructor(memory: SlotMemory) {
    this.ids = new Int32Array(memory.ids);
    this.numeric = new Float32Array(memory.numeric);
    this.output = new Float32Array(memory.output);
    this.probability = new Float32Array(memory.probability);
  }

  tensors(manifest: Manifest, shape: ModelShape, n: number): SlotTensors {
    if (this.made?.n === n) return this.made;
    const { inputs, output } = manifest;
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
    this.made = { n, feeds, fetches };
    return this.made;
  }
}
