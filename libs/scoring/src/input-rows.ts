import { type Encoder, tensorBytes, type TensorValues, tensorView } from '@adlift/features';
import type { Columns } from '@adlift/wire';
import type { ModelShape } from './model-shape';

/** Shared memory of one round: row-major model inputs, raw output and guarded probability for `capacity` rows. */
export interface RoundMemory {
  readonly capacity: number;
  readonly ids: SharedArrayBuffer;
  readonly numeric: SharedArrayBuffer;
  /** One of each of the model's own inputs, empty for texts. */
  readonly tensors: readonly SharedArrayBuffer[];
  readonly output: SharedArrayBuffer;
  readonly probability: SharedArrayBuffer;
}

/** Texts of a round, which shared memory cannot hold: row-major, one list of each text input in the manifest's order. */
export type RoundTexts = readonly (readonly string[])[];

/** Shared memory for `capacity` rows of a model. */
export function allocateRound(shape: ModelShape, capacity: number): RoundMemory {
  return {
    capacity,
    ids: new SharedArrayBuffer(capacity * shape.idCount * 4),
    numeric: new SharedArrayBuffer(capacity * shape.numericCount * 4),
    tensors: shape.tensors.map(({ type, columns }) => new SharedArrayBuffer(capacity * columns * tensorBytes(type))),
    output: new SharedArrayBuffer(capacity * shape.outputWidth * tensorBytes(shape.outputType)),
    probability: new SharedArrayBuffer(capacity * 4),
  };
}

/** The inputs of a round as a job writes them: row-major `ids` [capacity, C], `numeric` [capacity, M] and `tensors`. */
export class InputRows {
  readonly ids: Int32Array;
  readonly numeric: Float32Array;
  readonly tensors: readonly TensorValues[];

  constructor(
    readonly shape: ModelShape,
    memory: RoundMemory,
  ) {
    this.ids = new Int32Array(memory.ids);
    this.numeric = new Float32Array(memory.numeric);
    this.tensors = shape.tensors.map(({ type }, t) => tensorView(type, memory.tensors[t]));
  }

  /** Encodes `n` candidates into the rows from `at` on; `rowFlags` holds their flags from 0 on. */
  encode(encoder: Encoder, columns: Columns, n: number, at: number, rowFlags: Uint8Array): void {
    encoder.encode(columns, n, this.idsFrom(at), this.numericFrom(at), rowFlags);
    encoder.tensors?.encode(columns, n, this.tensors, at, rowFlags);
  }

  /** Takes over the first `rows` rows of another round's inputs. */
  copyFrom(other: InputRows, rows: number): void {
    this.ids.set(other.ids.subarray(0, rows * this.shape.idCount));
    this.numeric.set(other.numeric.subarray(0, rows * this.shape.numericCount));
    this.tensors.forEach((values, t) => {
      const source = other.tensors[t];
      if (!Array.isArray(values) && !Array.isArray(source)) values.set(source);
      if (!Array.isArray(values) || !Array.isArray(source)) return;
      for (let i = 0; i < rows * this.shape.tensors[t].columns; i++) values[i] = source[i];
    });
  }

  /** Texts of the first `rows` rows; undefined for a model that takes none. */
  texts(rows: number): RoundTexts | undefined {
    if (this.tensors.length === 0) return undefined;
    const lists = this.tensors.flatMap((values, t) =>
      Array.isArray(values) ? [values.slice(0, rows * this.shape.tensors[t].columns)] : [],
    );
    return lists.length > 0 ? lists : undefined;
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
