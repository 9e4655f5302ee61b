import type { EncodedDataset } from './dataset';
import { offlineMetrics, sigmoid } from './offline-metrics';
import { splitTail } from './training-refusal';
import { PROGRESS_ROWS, type TrainingOptions, type TrainingResult } from './training-run';
import type { LogisticWeights } from './weights';

/** FTRL-Proximal's parameters; defaults alpha 0.1, beta 1, l1 0, l2 1, one epoch. */
export interface LogisticOptions extends TrainingOptions {
  readonly alpha?: number;
  readonly beta?: number;
  readonly l1?: number;
  readonly l2?: number;
  readonly epochs?: number;
}

// One coordinate's state lies together, so that touching it costs one cache line: z, n, sqrt(n), w.
const Z = 0;
const N = 1;
const ROOT = 2;
const W = 3;
const STRIDE = 4;

/**
 * Logistic regression by FTRL-Proximal (McMahan et al., KDD 2013, Algorithm 1). Validation is progressive: in the last
 * epoch every tail row is scored before it is learnt from, so the model also holds the newest rows; when negatives
 * were down-sampled the tail is only scored. Same rows and options, same bytes. Throws TrainingRefusedError.
 */
export function trainLogisticRegression(
  dataset: EncodedDataset,
  options: LogisticOptions = {},
): TrainingResult<LogisticWeights> {
  const { epochs = 1, negativeSamplingRate = 1, onProgress } = options;
  const start = splitTail(dataset, options.tailFraction ?? 0.1);
  const learner = new FtrlProximal(dataset, options);
  const learnsTail = negativeSamplingRate === 1;
  const total = epochs * start + (dataset.n - start);
  const tailLogits = new Float64Array(dataset.n - start);
  const offset = Math.log(negativeSamplingRate);
  let done = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    const end = epoch === epochs - 1 ? dataset.n : start;
    for (let row = 0; row < end; row++) {
      const logit = learner.score(row);
      if (row >= start) tailLogits[row - start] = logit + offset;
      if (row < start || learnsTail) learner.learn(row, logit);
      if (++done % PROGRESS_ROWS === 0) onProgress?.(done, total);
    }
  }
  onProgress?.(total, total);
  const validation = offlineMetrics(tailLogits, dataset.labels.subarray(start), dataset.weights?.subarray(start));
  return { weights: learner.weights(), epochs, validation, tail: { start, logits: tailLogits } };
}

class FtrlProximal {
  private readonly state: Float64Array;
  private readonly numericBase: number;
  private readonly biasBase: number;
  private readonly alpha: number;
  private readonly beta: number;
  private readonly l1: number;
  private readonly l2: number;

  constructor(
    private readonly dataset: EncodedDataset,
    options: LogisticOptions,
  ) {
    this.numericBase = dataset.tableSize * STRIDE;
    this.biasBase = this.numericBase + dataset.numericCount * STRIDE;
    this.state = new Float64Array(this.biasBase + STRIDE);
    this.alpha = options.alpha ?? 0.1;
    this.beta = options.beta ?? 1;
    this.l1 = options.l1 ?? 0;
    this.l2 = options.l2 ?? 1;
  }

  score(row: number): number {
    const { ids, numeric, idCount, numericCount } = this.dataset;
    const state = this.state;
    let logit = state[this.biasBase + W];
    for (let i = row * idCount, end = i + idCount; i < end; i++) logit += state[ids[i] * STRIDE + W];
    const x = row * numericCount;
    for (let m = 0; m < numericCount; m++) logit += state[this.numericBase + m * STRIDE + W] * numeric[x + m];
    return logit;
  }

  learn(row: number, logit: number): void {
    const { ids, numeric, labels, weights, idCount, numericCount } = this.dataset;
    const error = (sigmoid(logit) - (labels[row] !== 0 ? 1 : 0)) * (weights === undefined ? 1 : weights[row]);
    for (let i = row * idCount, end = i + idCount; i < end; i++) this.step(ids[i] * STRIDE, error, this.l1, this.l2);
    const x = row * numericCount;
    for (let m = 0; m < numericCount; m++) {
      if (numeric[x + m] !== 0) this.step(this.numericBase + m * STRIDE, error * numeric[x + m], this.l1, this.l2);
    }
    this.step(this.biasBase, error, 0, 0);
  }

  weights(): LogisticWeights {
    const { tableSize, numericCount } = this.dataset;
    const at = (base: number): number => Math.fround(this.state[base + W]);
    return {
      kind: 'lr',
      bias: at(this.biasBase),
      w: Float64Array.from({ length: tableSize }, (_, id) => at(id * STRIDE)),
      numeric: Float64Array.from({ length: numericCount }, (_, m) => at(this.numericBase + m * STRIDE)),
    };
  }

  private step(base: number, g: number, l1: number, l2: number): void {
    const state = this.state;
    const n = state[base + N] + g * g;
    const root = Math.sqrt(n);
    const sigma = (root - state[base + ROOT]) / this.alpha;
    const z = state[base + Z] + g - sigma * state[base + W];
    state[base + Z] = z;
    state[base + N] = n;
    state[base + ROOT] = root;
    if (z > l1) state[base + W] = (l1 - z) / ((this.beta + root) / this.alpha + l2);
    else if (z < -l1) state[base + W] = (-l1 - z) / ((this.beta + root) / this.alpha + l2);
    else state[base + W] = 0;
  }
}
