import type { Encoder } from '@adlift/features';
import type { Weights } from '@adlift/training';
import type { Columns } from '@adlift/wire';

/**
 * What one part of a row's inputs adds to the logit, by row: `own` is its linear terms and its inner pairs, `factors`
 * [n, k] the sums whose product with another part's sums gives the pairs between the two. `k` is 0 without factors.
 */
export interface PartialScores {
  readonly k: number;
  readonly own: Float64Array;
  readonly factors: Float64Array;
}

/** Places of the inputs that make up a part, in an encoded row. */
interface Part {
  readonly ids: readonly number[];
  readonly numeric: readonly number[];
}

/** Encodes `n` rows and scores those inputs alone whose column's name `belongs` accepts. */
export function scorePart(
  weights: Weights,
  encoder: Encoder,
  columns: Columns,
  n: number,
  belongs: (column: string) => boolean,
): PartialScores {
  const { idCount, numericCount } = encoder;
  const ids = new Int32Array(n * idCount);
  const numeric = new Float32Array(n * numericCount);
  encoder.encode(columns, n, ids, numeric, new Uint8Array(n));
  const part = {
    ids: placesOf(
      encoder.idRanges.map((range) => range.name),
      belongs,
    ),
    numeric: placesOf(encoder.numericColumns, belongs),
  };
  const k = weights.kind === 'fm' ? weights.k : 0;
  const scores = { k, own: new Float64Array(n), factors: new Float64Array(n * k) };
  for (let row = 0; row < n; row++) {
    scoreRow(
      weights,
      part,
      ids.subarray(row * idCount, (row + 1) * idCount),
      numeric.subarray(row * numericCount, (row + 1) * numericCount),
      scores,
      row,
    );
  }
  return scores;
}

function scoreRow(
  weights: Weights,
  part: Part,
  ids: Int32Array,
  numeric: Float32Array,
  { k, own, factors }: PartialScores,
  row: number,
): void {
  for (const c of part.ids) own[row] += weights.w[ids[c]];
  for (const m of part.numeric) own[row] += weights.numeric[m] * numeric[m];
  if (weights.kind === 'lr') return;
  for (let f = 0; f < k; f++) {
    let sum = 0;
    let squares = 0;
    for (const c of part.ids) {
      const v = weights.v[ids[c] * k + f];
      sum += v;
      squares += v * v;
    }
    for (const m of part.numeric) {
      const vx = weights.vNumeric[m * k + f] * numeric[m];
      sum += vx;
      squares += vx * vx;
    }
    factors[row * k + f] = sum;
    own[row] += 0.5 * (sum * sum - squares);
  }
}

function placesOf(names: readonly string[], belongs: (name: string) => boolean): number[] {
  return names.flatMap((name, place) => (belongs(name) ? [place] : []));
}
