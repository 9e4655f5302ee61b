/** Logistic regression: logit = bias + sum of w[id] + sum of numeric[m] * x[m]. */
export interface LogisticWeights {
  readonly kind: 'lr';
  readonly bias: number;
  readonly w: Float64Array;
  readonly numeric: Float64Array;
}

/**
 * Factorisation machine (Rendle 2010): the logistic terms plus 1/2 sum_f [(sum_i v_if x_i)^2 - sum_i v_if^2 x_i^2].
 * `v` is [tableSize, k] and `vNumeric` [M, k], row-major; an id takes part with x = 1.
 */
export interface FactorisationWeights {
  readonly kind: 'fm';
  readonly k: number;
  readonly bias: number;
  readonly w: Float64Array;
  readonly numeric: Float64Array;
  readonly v: Float64Array;
  readonly vNumeric: Float64Array;
}

/** A trained model. Every table entry is a single-precision number, so the ONNX file holds exactly these values. */
export type Weights = LogisticWeights | FactorisationWeights;

/** Uncalibrated logit of one encoded row in double precision: the reference that an ONNX file is compared with. */
export function predictRow(weights: Weights, ids: Int32Array, numeric: Float32Array): number {
  let logit = weights.bias;
  for (const id of ids) logit += weights.w[id];
  for (let m = 0; m < numeric.length; m++) logit += weights.numeric[m] * numeric[m];
  if (weights.kind === 'lr') return logit;
  for (let f = 0; f < weights.k; f++) {
    let sum = 0;
    let squares = 0;
    for (const id of ids) {
      const v = weights.v[id * weights.k + f];
      sum += v;
      squares += v * v;
    }
    for (let m = 0; m < numeric.length; m++) {
      const vx = weights.vNumeric[m * weights.k + f] * numeric[m];
      sum += vx;
      squares += vx * vx;
    }
    logit += 0.5 * (sum * sum - squares);
  }
  return logit;
}

/** Uncalibrated logits of `n` rows of row-major `ids` [n, C] and `numeric` [n, M]. */
export function predictRows(weights: Weights, ids: Int32Array, numeric: Float32Array, n: number): Float64Array {
  const c = ids.length / n;
  const m = numeric.length / n;
  return Float64Array.from({ length: n }, (_, i) =>
    predictRow(weights, ids.subarray(i * c, i * c + c), numeric.subarray(i * m, i * m + m)),
  );
}
