import type { Encoder } from '@adlift/features';
import type { Columns } from '@adlift/wire';

/**
 * Training rows in time order: `n` rows of raw columns, labels 0 or 1, and optional row weights (1 over the rate at
 * which a row was logged).
 */
export interface Dataset {
  readonly columns: Columns;
  readonly n: number;
  readonly labels: Uint8Array;
  readonly weights?: Float32Array;
}

/** The same rows as model inputs: `ids` [n, idCount] global ids, `numeric` [n, numericCount], row-major. */
export interface EncodedDataset {
  readonly n: number;
  readonly ids: Int32Array;
  readonly numeric: Float32Array;
  readonly rowFlags: Uint8Array;
  readonly labels: Uint8Array;
  readonly weights?: Float32Array;
  readonly idCount: number;
  readonly numericCount: number;
  readonly tableSize: number;
}

/** Encodes a dataset with the encoder that serving uses, so that both see the same bytes. */
export function encodeDataset(dataset: Dataset, encoder: Encoder): EncodedDataset {
  const { n, labels, weights } = dataset;
  const { idCount, numericCount, tableSize } = encoder;
  const ids = new Int32Array(n * idCount);
  const numeric = new Float32Array(n * numericCount);
  const rowFlags = new Uint8Array(n);
  encoder.encode(dataset.columns, n, ids, numeric, rowFlags);
  return { n, ids, numeric, rowFlags, labels, ...(weights && { weights }), idCount, numericCount, tableSize };
}
