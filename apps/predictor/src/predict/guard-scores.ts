import type { PredictRequest } from '@adlift/wire';
import type { ModelScores } from '../serving/model-scores';
import type { ServedModel } from '../serving/model-repository';

/** Set on a row whose score is not the model's because the model gave no finite number. */
export const SCORE_NOT_FINITE = 16;
/** Set on every row of a request that has columns the model does not know. */
export const UNKNOWN_COLUMN = 32;

/** Puts `substitute` where the model gave no finite number, and flags those rows; the others keep their scores. */
export function replaceNonFinite(scores: Float32Array, rowFlags: Uint8Array, substitute: () => Float32Array): void {
  let stand: Float32Array | undefined;
  for (let i = 0; i < scores.length; i++) {
    if (Number.isFinite(scores[i])) continue;
    stand ??= substitute();
    scores[i] = stand[i] ?? 0;
    rowFlags[i] = (rowFlags[i] ?? 0) | SCORE_NOT_FINITE;
  }
}

/** Flags every row when the caller itself sent a column that the model does not know. */
export function flagUnknownColumns({ columns }: PredictRequest, { model, rowFlags }: ModelScores): void {
  // Only the caller's own: the catalogue holds features for many models.
  if (model.encoder.knowsAll(columns)) return;
  for (let i = 0; i < rowFlags.length; i++) rowFlags[i] = (rowFlags[i] ?? 0) | UNKNOWN_COLUMN;
}

/** The calibration q = sigma(a logit(p) + b) sits inside the graph; undone here for those who look at p. */
export function uncalibrated(pctr: Float32Array, { manifest }: ServedModel): Float32Array {
  const { a, b } = manifest.calibration;
  if (a === 1 && b === 0) return pctr;
  return pctr.map((q) => 1 / (1 + Math.exp(-(Math.log(q / (1 - q)) - b) / a)));
}
