import type { Columns } from '@adlift/wire';
import type { TensorInput } from './direct-feature';
import { type DirectReader, directReader } from './direct-reader';
import type { FeatureSchema } from './feature-schema';
import { type TensorValues, writeColumn } from './tensor-values';
import { TextReader } from './text-reader';

/** A column of a tensor, by the places of both. */
interface Place {
  readonly tensor: number;
  readonly column: number;
}

interface Compiled {
  readonly name: string;
  readonly reader: DirectReader | TextReader;
  readonly places: readonly Place[];
}

/** Writes direct features into a foreign model's own inputs. It keeps scratch buffers: one instance serves one thread. */
export class TensorEncoder {
  private readonly features: readonly Compiled[];

  /** Both are taken as `checkTensors` has accepted them. */
  constructor(
    schema: FeatureSchema,
    readonly inputs: readonly TensorInput[],
  ) {
    this.features = schema.features
      .filter((feature) => feature.type === 'direct')
      .map((feature) => ({
        name: feature.name,
        reader: feature.as === 'text' ? new TextReader(feature) : directReader(feature),
        places: inputs.flatMap(({ features }, tensor) =>
          features.flatMap((name, column) => (name === feature.name ? [{ tensor, column }] : [])),
        ),
      }));
  }

  /**
   * Writes `n` rows into every input from row `at` on; `targets` are in the order of `inputs`. Adds to `rowFlags`, one
   * byte a row from 0 on, what had to be repaired. Never throws on data.
   */
  encode(columns: Columns, n: number, targets: readonly TensorValues[], at: number, rowFlags: Uint8Array): void {
    for (const { name, reader, places } of this.features) {
      const values = reader.read(columns.get(name), n, rowFlags);
      for (const { tensor, column } of places) {
        const { type, features } = this.inputs[tensor];
        const stride = features.length;
        writeColumn(type, targets[tensor], values, { rows: n, place: at * stride + column, stride });
      }
    }
  }
}
