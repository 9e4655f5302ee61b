import type { ModelShape } from './model-shape';

/** Shared memory of one round: row-major model inputs, raw output and guarded probability for `capacity` rows. */
export interface RoundMemory {
  readonly capacity: number;
  readonly ids: SharedArrayBuffer;
  readonly numeric: SharedArrayBuffer;
  readonly output: SharedArrayBuffer;
  readonly probability: SharedArrayBuffer;
}

/** Shared memory for `capacity` rows of a model. */
export function allocateRound(shape: ModelShape, capacity: number): RoundMemory {
  return {
    capacity,
    ids: new SharedArrayBuffer(capacity * shape.idCount * 4),
    numeric: new SharedArrayBuffer(capacity * shape.numericCount * 4),
    output: new SharedArrayBuffer(capacity * shape.outputWidth * 4),
    probability: new SharedArrayBuffer(capacity * 4),
  };
}

/** The inputs of a round as a job writes them: row-major `ids` [capacity, C] and `numeric` [capacity, M]. */
export class InputRows {
  readonly ids: Int32Array;
  readonly numeric: Float32Array;

  constructor(
    readonly shape: ModelShape,
    memory: RoundMemory,
  ) {
    this.ids = new Int32Array(memory.ids);
    this.numeric = new Float32Array(memory.numeric);
  }

  /** Takes over the first `rows` rows of another round's inputs. */
  copyFrom(other: InputRows, rows: number): void {
    this.ids.set(other.ids.subarray(0, rows * this.shape.idCount));
    this.numeric.set(other.numeric.subarray(0, rows * this.shape.numericCount));
  }

  /** Ids of the rows from `at` on. */
  idsFrom(at: number): Int32Array {
    return at === 0 ? this.ids : this.ids.subarray(at * this.shape.idCount);
  }

  /** Numeric values of the rows from `at` on. */
  numericFrom(at: number): Float32Array {
    return at === 0 ? this.numeric : this.numeric.subarray(at * this.shape.numericCount);
  }
}
