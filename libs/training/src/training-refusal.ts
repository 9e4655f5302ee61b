import type { EncodedDataset } from './dataset';

export type TrainingRefusalCode =
  'TRAINING_ONE_CLASS' | 'TRAINING_TOO_FEW_POSITIVES' | 'TRAINING_VALIDATION_ONE_CLASS' | 'TRAINING_DIVERGED';

/** Data that no model may be trained on; `code` is stable, the message gives the counts. */
export class TrainingRefusedError extends Error {
  override readonly name = 'TrainingRefusedError';

  constructor(
    readonly code: TrainingRefusalCode,
    message: string,
  ) {
    super(message);
  }
}

/** Fewest positive rows that a model may be trained on. */
export const MIN_POSITIVES = 200;

/**
 * Splits off the newest `fraction` of the rows as the validation tail and returns its first row. Refuses data of one
 * class, data with fewer than 200 positives, and a tail of one class, which has no normalised entropy.
 */
export function splitTail(dataset: EncodedDataset, fraction: number): number {
  const { n, labels } = dataset;
  const start = n - Math.max(1, Math.round(n * fraction));
  const positives = countPositives(labels, 0, n);
  if (positives === 0 || positives === n) {
    throw new TrainingRefusedError('TRAINING_ONE_CLASS', `all ${n} rows have the label ${positives === 0 ? 0 : 1}`);
  }
  if (positives < MIN_POSITIVES) {
    throw new TrainingRefusedError(
      'TRAINING_TOO_FEW_POSITIVES',
      `${positives} positive rows of ${n}, at least ${MIN_POSITIVES} are needed`,
    );
  }
  const inTail = countPositives(labels, start, n);
  if (inTail === 0 || inTail === n - start) {
    throw new TrainingRefusedError(
      'TRAINING_VALIDATION_ONE_CLASS',
      `the validation tail of ${n - start} rows has ${inTail} positives, so it cannot validate`,
    );
  }
  return start;
}

function countPositives(labels: Uint8Array, from: number, to: number): number {
  let positives = 0;
  for (let i = from; i < to; i++) if (labels[i] !== 0) positives++;
  return positives;
}
