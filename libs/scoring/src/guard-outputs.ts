import type { Manifest } from './manifest';
import { outputWidth } from './model-shape';

// The nearest single-precision numbers inside the open interval (1e-7, 1 - 1e-7).
const LOWEST = Math.fround(1e-7);
const HIGHEST = Math.fround(1 - 1e-7);

/** How far rounding may carry a probability out of [0, 1]; further out it is none. */
export const PROBABILITY_SLACK = 1e-6;

/**
 * Turns raw model output into probabilities, row by row: NaN where the output is not finite or is no probability, else
 * inside the open interval (1e-7, 1 - 1e-7). Of [n, 2] the second column is the click's: its probability as it is, its
 * logit against that of the first (softmax). Returns the number of NaN rows.
 */
export function guardOutputs(
  output: Manifest['output'],
  raw: Float32Array | Float64Array,
  n: number,
  probability: Float32Array,
): number {
  const width = outputWidth(output);
  const logits = output.kind === 'logit';
  let invalid = 0;
  for (let i = 0; i < n; i++) {
    const value = raw[i * width + width - 1];
    const p = logits ? 1 / (1 + Math.exp(width === 2 ? raw[i * 2] - value : -value)) : value;
    if (!(Number.isFinite(value) && p >= -PROBABILITY_SLACK && p <= 1 + PROBABILITY_SLACK)) {
      probability[i] = NaN;
      invalid++;
      continue;
    }
    probability[i] = p < LOWEST ? LOWEST : p > HIGHEST ? HIGHEST : p;
  }
  return invalid;
}

/** Moves ids into [0, tableSize): one id out of range would fail a whole batch, and a negative one would wrap. */
export function clampIds(ids: Int32Array, count: number, tableSize: number): void {
  const last = tableSize - 1;
  for (let i = 0; i < count; i++) {
    if (ids[i] < 0) ids[i] = 0;
    else if (ids[i] > last) ids[i] = last;
  }
}
