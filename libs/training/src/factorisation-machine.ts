import type { EncodedDataset } from './dataset';
import { FactorisationLearner } from './factorisation-learner';
import { type OfflineMetrics, offlineMetrics } from './offline-metrics';
import { SeededRandom } from './seeded-random';
import { splitTail, TrainingRefusedError } from './training-refusal';
import { PROGRESS_ROWS, type TrainingOptions, type TrainingResult } from './training-run';
import type { FactorisationWeights } from './weights';

/** Adagrad's parameters; defaults k 8, learningRate 0.05, l2 1e-5, initSpread 0.02, 10 epochs, patience 1, seed 1. */
export interface FactorisationOptions extends TrainingOptions {
  readonly k?: number;
  readonly learningRate?: number;
  readonly l2?: number;
  /** Standard deviation of the initial factors. */
  readonly initSpread?: number;
  readonly maxEpochs?: number;
  /** Epochs without a better tail log-loss after which training stops. */
  readonly patience?: number;
  readonly seed?: number;
}

/**
 * Factorisation machine (Rendle 2010) by Adagrad with L2 on the touched weights. Each epoch passes the rows before the
 * tail in a seeded random order; the epoch with the lowest tail log-loss is kept. Same rows, options and seed, same
 * bytes. Throws TrainingRefusedError, also when the loss stops being finite.
 */
export function trainFactorisationMachine(
  dataset: EncodedDataset,
  options: FactorisationOptions = {},
): TrainingResult<FactorisationWeights> {
  const { maxEpochs = 10, patience = 1, seed = 1, negativeSamplingRate = 1, onProgress } = options;
  const start = splitTail(dataset, options.tailFraction ?? 0.1);
  const random = new SeededRandom(seed);
  const learner = new FactorisationLearner(dataset, random, {
    k: options.k ?? 8,
    learningRate: options.learningRate ?? 0.05,
    l2: options.l2 ?? 1e-5,
    initSpread: options.initSpread ?? 0.02,
  });
  const order = Uint32Array.from({ length: start }, (_, row) => row);
  const offset = Math.log(negativeSamplingRate);
  const total = maxEpochs * start;
  let best:
    { epoch: number; weights: FactorisationWeights; validation: OfflineMetrics; logits: Float64Array } | undefined;
  for (let epoch = 1; epoch <= maxEpochs; epoch++) {
    random.shuffle(order);
    for (let i = 0; i < start; i++) {
      learner.learn(order[i]);
      if ((i + 1) % PROGRESS_ROWS === 0) onProgress?.((epoch - 1) * start + i + 1, total);
    }
    const logits = Float64Array.from({ length: dataset.n - start }, (_, i) => learner.score(start + i) + offset);
    const validation = offlineMetrics(logits, dataset.labels.subarray(start), dataset.weights?.subarray(start));
    if (!Number.isFinite(validation.logLoss)) break;
    if (best === undefined || validation.logLoss < best.validation.logLoss) {
      best = { epoch, weights: learner.weights(), validation, logits };
    } else if (epoch - best.epoch >= patience) break;
  }
  onProgress?.(total, total);
  if (best === undefined) {
    throw new TrainingRefusedError('TRAINING_DIVERGED', 'the validation log-loss is not finite after the first epoch');
  }
  const { epoch, weights, validation, logits } = best;
  return { weights, epochs: epoch, validation, tail: { start, logits } };
}
