import type { EncodedDataset } from './dataset';
import { sigmoid } from './offline-metrics';
import type { SeededRandom } from './seeded-random';
import type { FactorisationWeights } from './weights';

/** Shape and step sizes of a factorisation machine being learnt. */
export interface LearnerSettings {
  readonly k: number;
  readonly learningRate: number;
  readonly l2: number;
  readonly initSpread: number;
}

// Keeps the first steps of a coordinate from being as large as the learning rate whatever its gradient.
const INITIAL_SQUARES = 0.01;

/**
 * A factorisation machine with Adagrad state. All that belongs to one input lies together in single precision:
 * w, its squared gradients, then k factors and their squared gradients.
 */
export class FactorisationLearner {
  private readonly state: Float32Array;
  private readonly stride: number;
  private readonly numericBase: number;
  private readonly sums: Float64Array;
  private bias = 0;
  private biasSquares = INITIAL_SQUARES;

  constructor(
    private readonly dataset: EncodedDataset,
    random: SeededRandom,
    private readonly settings: LearnerSettings,
  ) {
    const { k, initSpread } = settings;
    this.stride = 2 + 2 * k;
    this.numericBase = dataset.tableSize * this.stride;
    this.sums = new Float64Array(k);
    this.state = new Float32Array((dataset.tableSize + dataset.numericCount) * this.stride).fill(INITIAL_SQUARES);
    for (let base = 0; base < this.state.length; base += this.stride) {
      this.state[base] = 0;
      for (let f = 0; f < k; f++) this.state[base + 2 + f] = initSpread * random.nextNormal();
    }
  }

  /** Raw logit of a row; leaves the factor sums that learn() needs. */
  score(row: number): number {
    const { ids, numeric, idCount, numericCount } = this.dataset;
    const { state, stride, sums } = this;
    const k = sums.length;
    sums.fill(0);
    let logit = this.bias;
    let squares = 0;
    for (let i = row * idCount, end = i + idCount; i < end; i++) {
      const base = ids[i] * stride;
      logit += state[base];
      for (let f = 0; f < k; f++) {
        const v = state[base + 2 + f];
        sums[f] += v;
        squares += v * v;
      }
    }
    for (let m = 0; m < numericCount; m++) {
      const x = numeric[row * numericCount + m];
      const base = this.numericBase + m * stride;
      logit += state[base] * x;
      for (let f = 0; f < k; f++) {
        const vx = state[base + 2 + f] * x;
        sums[f] += vx;
        squares += vx * vx;
      }
    }
    let pairs = -squares;
    for (let f = 0; f < k; f++) pairs += sums[f] * sums[f];
    return logit + 0.5 * pairs;
  }

  /** One Adagrad step on a row. */
  learn(row: number): void {
    const { ids, numeric, labels, weights, idCount, numericCount } = this.dataset;
    const p = sigmoid(this.score(row));
    const error = (p - (labels[row] !== 0 ? 1 : 0)) * (weights === undefined ? 1 : weights[row]);
    this.biasSquares += error * error;
    this.bias -= (this.settings.learningRate * error) / Math.sqrt(this.biasSquares);
    for (let i = row * idCount, end = i + idCount; i < end; i++) this.stepInput(ids[i] * this.stride, error, 1);
    for (let m = 0; m < numericCount; m++) {
      const x = numeric[row * numericCount + m];
      if (x !== 0) this.stepInput(this.numericBase + m * this.stride, error, x);
    }
  }

  weights(): FactorisationWeights {
    const { tableSize, numericCount } = this.dataset;
    const { k } = this.settings;
    const linear = (from: number, count: number): Float64Array =>
      Float64Array.from({ length: count }, (_, i) => this.state[from + i * this.stride]);
    const factors = (from: number, count: number): Float64Array =>
      Float64Array.from(
        { length: count * k },
        (_, i) => this.state[from + Math.floor(i / k) * this.stride + 2 + (i % k)],
      );
    return {
      kind: 'fm',
      k,
      bias: Math.fround(this.bias),
      w: linear(0, tableSize),
      numeric: linear(this.numericBase, numericCount),
      v: factors(0, tableSize),
      vNumeric: factors(this.numericBase, numericCount),
    };
  }

  private stepInput(base: number, error: number, x: number): void {
    const { state, sums } = this;
    const { learningRate, l2 } = this.settings;
    const k = sums.length;
    const w = state[base];
    const g = error * x + l2 * w;
    const squares = state[base + 1] + g * g;
    state[base + 1] = squares;
    state[base] = w - (learningRate * g) / Math.sqrt(squares);
    const first = base + 2;
    const firstSquares = first + k;
    const errorX = error * x;
    for (let f = 0; f < k; f++) {
      const v = state[first + f];
      const gradient = errorX * (sums[f] - v * x) + l2 * v;
      const sum = state[firstSquares + f] + gradient * gradient;
      state[firstSquares + f] = sum;
      state[first + f] = v - (learningRate * gradient) / Math.sqrt(sum);
    }
  }
}
