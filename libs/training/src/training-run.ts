import type { OfflineMetrics } from './offline-metrics';
import type { Weights } from './weights';

/** Called now and then with the rows learnt from so far and the most that will be. */
export type OnProgress = (done: number, total: number) => void;

/** Rows between two progress reports. */
export const PROGRESS_ROWS = 1 << 16;

/** What both trainers accept. */
export interface TrainingOptions {
  /** Share of the newest rows held for validation, in (0, 1); default 0.1. */
  readonly tailFraction?: number;
  /** Rate in (0, 1] at which negatives before the tail were kept; the tail is never down-sampled. Default 1. */
  readonly negativeSamplingRate?: number;
  readonly onProgress?: OnProgress;
}

/**
 * A trained model with its quality on the validation tail. `tail.logits` are corrected for negative down-sampling and
 * start at row `tail.start`; they are what calibration is fitted on.
 */
export interface TrainingResult<W extends Weights = Weights> {
  readonly weights: W;
  readonly epochs: number;
  readonly validation: OfflineMetrics;
  readonly tail: { readonly start: number; readonly logits: Float64Array };
}
