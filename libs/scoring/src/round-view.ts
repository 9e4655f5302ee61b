import { Tensor } from 'onnxruntime-node';
import type { RoundMemory, RoundTexts } from './input-rows';
import type { Manifest } from './manifest';
import type { ModelShape } from './model-shape';
import { numberFeeds, textFeeds } from './tensor-feeds';

/** Tensors of a round for one row count: feeds and pre-allocated outputs over the round's shared memory. */
export interface RoundTensors {
  readonly feeds: Readonly<Record<string, Tensor>>;
  readonly fetches: Readonly<Record<string, Tensor>>;
}

const KEPT_ROW_COUNTS = 64;

/** The scoring thread's view of one round. Tensors are kept for the row counts that were run last. */
export class RoundView {
  readonly ids: Int32Array;
  readonly output: Float32Array | Float64Array;
  readonly probability: Float32Array;
  private readonly numeric: Float32Array;
  private readonly made = new Map<number, RoundTensors>();

  constructor(
    private readonly shape: ModelShape,
    private readonly memory: RoundMemory,
  ) {
    this.ids = new Int32Array(memory.ids);
    this.numeric = new Float32Array(memory.numeric);
    this.output = shape.outputType === 'float64' ? new Float64Array(memory.output) : new Float32Array(memory.output);
    this.probability = new Float32Array(memory.probability);
  }

  /** Tensors of the first `n` rows; `texts` are those of a model that takes texts. */
  tensors(manifest: Manifest, n: number, texts?: RoundTexts): RoundTensors {
    const kept = this.made.get(n) ?? this.keep(manifest, n);
    if (texts === undefined) return kept;
    const own = textFeeds(manifest.inputs.tensors ?? [], texts, n);
    return { feeds: { ...kept.feeds, ...Object.fromEntries(own) }, fetches: kept.fetches };
  }

  private keep(manifest: Manifest, n: number): RoundTensors {
    if (this.made.size >= KEPT_ROW_COUNTS) this.made.clear();
    const tensors = this.make(manifest, n);
    this.made.set(n, tensors);
    return tensors;
  }

  private make({ inputs, output }: Manifest, n: number): RoundTensors {
    const { idCount, numericCount, outputWidth } = this.shape;
    const feeds = Object.fromEntries(numberFeeds(inputs.tensors ?? [], this.memory.tensors, n));
    if (inputs.ids !== undefined) {
      feeds[inputs.ids.name] = new Tensor('int32', this.ids.subarray(0, n * idCount), [n, idCount]);
    }
    if (inputs.numeric !== undefined) {
      const values = this.numeric.subarray(0, n * numericCount);
      feeds[inputs.numeric.name] = new Tensor('float32', values, [n, numericCount]);
    }
    const dims = output.shape === 'n' ? [n] : [n, outputWidth];
    return { feeds, fetches: { [output.name]: outputTensor(this.output, n * outputWidth, dims) } };
  }
}

function outputTensor(memory: Float32Array | Float64Array, count: number, dims: number[]): Tensor {
  return memory instanceof Float32Array
    ? new Tensor('float32', memory.subarray(0, count), dims)
    : new Tensor('float64', memory.subarray(0, count), dims);
}
