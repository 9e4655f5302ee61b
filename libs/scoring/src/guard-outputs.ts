import type { Manifest } from './manifest';

// The nearest single-precision numbers inside the open interval (1e-7, 1 - 1e-7).
const LOWEST = Math.fround(1e-7);
const HIGHEST = Math.fround(1 - 1e-7);

/** Values a model writes a row, by the manifest's output shape. */
export function outputWidth(output: Manifest['output']): number {
  return output.shape === 'n,2' ? 2 : 1;
}

/**
 * Turns raw model output into probabilities, row by row: NaN where the output is not finite, else inside the open
 * interval (1e-7, 1 - 1e-7). Of [n, 2] the second column counts. Returns the number of NaN rows.
 */
export function guardOutputs(
  output: Manifest['output'],
  raw: Float32Array,
  n: number,
  probability: Float32Array,
): number {
  const width = outputWidth(output);
  let invalid = 0;
  for (let i = 0; i < n; i++) {
    const value = raw[i * width + width - 1];
    if (!Number.isFinite(value)) {
      probability[i] = NaN;
      invalid++;
      continue;
    }
    const p = output.kind === 'logit' ? 1 / (1 + Math.exp(-value)) : value;
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
