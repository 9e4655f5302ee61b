import type { ServedModel } from '../serving/model-repository';

/** A click rate for when nothing at all is known: display advertising clicks are near this. */
const UNKNOWN_CTR = 0.005;
const UNKNOWN_CVR = 0.02;

/** The same probability for every candidate: the base rate of the model's training data, without the model. */
export function priorScores(model: ServedModel | undefined, kind: 'ctr' | 'cvr', n: number): Float32Array {
  const baseRate = model?.manifest.baseline.baseRate ?? (kind === 'ctr' ? UNKNOWN_CTR : UNKNOWN_CVR);
  return new Float32Array(n).fill(baseRate);
}
