import type { Encoder } from '@adlift/features';
import { type Calibration, type FactorisationWeights, servedLogit, type Weights } from '@adlift/training';
import type { EncodedRows } from './encoded-rows';
import { explained, type Explained } from './explained';
import { inputGroups } from './input-group';

/** What serving does to a model's raw logit. */
export interface ServedCorrection {
  readonly calibration: Calibration;
  readonly negativeSamplingRate: number;
}

/** Whether the weights are for rows of this encoder: as many of them as it has ids and numbers, and nothing else. */
export function weightsFit(weights: Weights, { tableSize, numericCount, tensors }: Encoder): boolean {
  return tensors === undefined && weights.w.length === tableSize && weights.numeric.length === numericCount;
}

/**
 * Takes the served logit of one row apart by the model's own weights: a linear term belongs to its feature, half of
 * each interaction of a factorisation machine to either of its two. `base` is the bias after sampling correction and
 * calibration a, b; every contribution is scaled by a. Exact up to rounding in double precision.
 */
export function explainWeights(
  weights: Weights,
  encoder: Encoder,
  rows: EncodedRows,
  row: number,
  { calibration, negativeSamplingRate }: ServedCorrection,
): Explained {
  const ids = rows.idsOf(row);
  const numeric = rows.numericOf(row);
  const pairs = weights.kind === 'fm' ? new PairSums(weights, ids, numeric) : undefined;
  const ofId = (c: number): number => weights.w[ids[c]] + (pairs?.ofId(ids[c]) ?? 0);
  const ofNumber = (m: number): number => weights.numeric[m] * numeric[m] + (pairs?.ofNumber(m) ?? 0);
  const groups = inputGroups(encoder);
  const values = Float64Array.from(groups, (group) => {
    const raw = group.ids.reduce((sum, c) => sum + ofId(c), 0) + group.numeric.reduce((sum, m) => sum + ofNumber(m), 0);
    return calibration.a * raw;
  });
  const base = servedLogit(weights.bias, calibration, negativeSamplingRate);
  return explained(
    base,
    groups.map(({ name }) => name),
    values,
  );
}

/** The factors of a row added up: what one of its entries shares with all others follows from that. */
class PairSums {
  private readonly sums: Float64Array;

  constructor(
    private readonly weights: FactorisationWeights,
    ids: Int32Array,
    private readonly numeric: Float32Array,
  ) {
    const { k, v, vNumeric } = weights;
    this.sums = new Float64Array(k);
    for (let f = 0; f < k; f++) {
      for (const id of ids) this.sums[f] += v[id * k + f];
      for (let m = 0; m < numeric.length; m++) this.sums[f] += vNumeric[m * k + f] * numeric[m];
    }
  }

  /** Half of the interactions of an id with the rest of the row. */
  ofId(id: number): number {
    return this.half(this.weights.v, id, 1);
  }

  /** Half of the interactions of a numeric value with the rest of the row. */
  ofNumber(m: number): number {
    return this.half(this.weights.vNumeric, m, this.numeric[m]);
  }

  private half(factors: Float64Array, at: number, x: number): number {
    const { k } = this.weights;
    let sum = 0;
    for (let f = 0; f < k; f++) {
      const own = factors[at * k + f] * x;
      sum += own * (this.sums[f] - own);
    }
    return sum / 2;
  }
}
