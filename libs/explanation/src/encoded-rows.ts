import { type Encoder, tensorBytes, type TensorValues, tensorView } from '@adlift/features';
import type { Columns } from '@adlift/wire';
import type { InputGroup } from './input-group';

/** Where rows of a model's inputs are written: row-major ids, numbers, and a foreign model's own inputs. */
export interface RowTarget {
  readonly ids: Int32Array;
  readonly numeric: Float32Array;
  readonly tensors: readonly TensorValues[];
}

/** Rows as the model takes them in, encoded once and copied piece by piece. */
export class EncodedRows implements RowTarget {
  readonly ids: Int32Array;
  readonly numeric: Float32Array;
  readonly tensors: readonly TensorValues[];
  /** Of each tensor: array entries a value takes, and a row. */
  private readonly widths: readonly { readonly value: number; readonly row: number }[];

  constructor(
    private readonly encoder: Encoder,
    columns: Columns,
    n: number,
  ) {
    const inputs = encoder.tensors?.inputs ?? [];
    this.ids = new Int32Array(n * encoder.idCount);
    this.numeric = new Float32Array(n * encoder.numericCount);
    this.tensors = inputs.map(({ type, features }) =>
      tensorView(type, new ArrayBuffer(n * features.length * tensorBytes(type))),
    );
    this.widths = inputs.map(({ type, features }) => {
      const value = type === 'int64' ? 2 : 1;
      return { value, row: value * features.length };
    });
    const flags = new Uint8Array(n);
    encoder.encode(columns, n, this.ids, this.numeric, flags);
    encoder.tensors?.encode(columns, n, this.tensors, 0, flags);
  }

  /** The ids of a row. */
  idsOf(row: number): Int32Array {
    const { idCount } = this.encoder;
    return this.ids.subarray(row * idCount, (row + 1) * idCount);
  }

  /** The numeric values of a row. */
  numericOf(row: number): Float32Array {
    const { numericCount } = this.encoder;
    return this.numeric.subarray(row * numericCount, (row + 1) * numericCount);
  }

  /** Copies what the group holds in `row` to row `at` of the target. */
  copy(group: InputGroup, row: number, target: RowTarget, at: number): void {
    const { idCount, numericCount } = this.encoder;
    for (const i of group.ids) target.ids[at * idCount + i] = this.ids[row * idCount + i];
    for (const m of group.numeric) target.numeric[at * numericCount + m] = this.numeric[row * numericCount + m];
    for (const { tensor, column } of group.tensors) {
      const { value, row: width } = this.widths[tensor];
      const from = this.tensors[tensor];
      const to = target.tensors[tensor];
      for (let w = column * value; w < (column + 1) * value; w++) to[at * width + w] = from[row * width + w];
    }
  }

  /** Whether the group holds the same in `row` as in row `at` of other rows of the same encoder. */
  equal(group: InputGroup, row: number, other: RowTarget, at: number): boolean {
    const { idCount, numericCount } = this.encoder;
    return (
      group.ids.every((i) => this.ids[row * idCount + i] === other.ids[at * idCount + i]) &&
      group.numeric.every((m) => this.numeric[row * numericCount + m] === other.numeric[at * numericCount + m]) &&
      group.tensors.every(({ tensor, column }) => {
        const { value, row: width } = this.widths[tensor];
        const [a, b] = [this.tensors[tensor], other.tensors[tensor]];
        // A missing number may be NaN in both.
        for (let w = column * value; w < (column + 1) * value; w++)
          if (!Object.is(a[row * width + w], b[at * width + w])) return false;
        return true;
      })
    );
  }
}
