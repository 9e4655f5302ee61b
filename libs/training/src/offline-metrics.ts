/** Weighted quality of predicted logits on labelled rows; entropies in nats. */
export interface OfflineMetrics {
  readonly rows: number;
  readonly positives: number;
  readonly logLoss: number;
  /** Log-loss over the entropy of the rows' own click rate (He et al., ADKDD 2014); below 1 beats a constant. */
  readonly normalisedEntropy: number;
  readonly auc: number;
  /** Sum of predicted probabilities over sum of labels; 1 is calibrated. */
  readonly calibrationRatio: number;
}

/** Logistic function. */
export function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}

/** Log-loss of one row in nats from its logit, stable for large logits. */
export function logLossOf(logit: number, label: number): number {
  const margin = label !== 0 ? -logit : logit;
  return margin > 0 ? margin + Math.log1p(Math.exp(-margin)) : Math.log1p(Math.exp(margin));
}

/** Metrics of `logits` against 0/1 `labels`; rows weigh 1 unless weights are given. Needs both classes. */
export function offlineMetrics(logits: Float64Array, labels: Uint8Array, weights?: Float32Array): OfflineMetrics {
  let total = 0;
  let clicked = 0;
  let predicted = 0;
  let loss = 0;
  let positives = 0;
  for (let i = 0; i < logits.length; i++) {
    const weight = weights?.[i] ?? 1;
    total += weight;
    predicted += weight * sigmoid(logits[i]);
    loss += weight * logLossOf(logits[i], labels[i]);
    if (labels[i] !== 0) {
      clicked += weight;
      positives++;
    }
  }
  const rate = clicked / total;
  const entropy = -(rate * Math.log(rate) + (1 - rate) * Math.log1p(-rate));
  return {
    rows: logits.length,
    positives,
    logLoss: loss / total,
    normalisedEntropy: loss / total / entropy,
    auc: aucOf(logits, labels, weights),
    calibrationRatio: predicted / clicked,
  };
}

/** Weighted probability that a positive outranks a negative, ties counting one half. */
function aucOf(logits: Float64Array, labels: Uint8Array, weights: Float32Array | undefined): number {
  const order = Uint32Array.from(logits, (_, i) => i).sort((i, j) => logits[i] - logits[j]);
  let below = 0;
  let positiveMass = 0;
  let wins = 0;
  for (let start = 0, end = 0; start < order.length; start = end) {
    let tiedPositive = 0;
    let tiedNegative = 0;
    for (; end < order.length && logits[order[end]] === logits[order[start]]; end++) {
      const weight = weights?.[order[end]] ?? 1;
      if (labels[order[end]] !== 0) tiedPositive += weight;
      else tiedNegative += weight;
    }
    wins += tiedPositive * (below + tiedNegative / 2);
    below += tiedNegative;
    positiveMass += tiedPositive;
  }
  return wins / (positiveMass * below);
}
