import { BundleError } from './bundle-error';
import { PROBABILITY_SLACK } from './guard-outputs';
import type { Manifest } from './manifest';
import { outputWidth } from './model-shape';

/** How far the two columns of a [n, 2] probability may be from adding up to 1. */
const SUM_SLACK = 1e-3;

/**
 * Holds the raw output of the golden rows against what the manifest says it is. Throws BundleError
 * BUNDLE_MODEL_OUTPUT for a value that is no finite number, a probability that is none, and logits that all lie in
 * [0, 1], as only probabilities do in over a hundred different rows.
 */
export function checkOutputKind(output: Manifest['output'], raw: Float32Array | Float64Array, n: number): void {
  const values = raw.subarray(0, n * outputWidth(output));
  const at = values.findIndex((value) => !Number.isFinite(value));
  const row = (place: number): number => Math.floor(place / outputWidth(output));
  if (at >= 0) {
    const hint = 'if a feature is missing there, state an "impute" that the model can take';
    throw refusal(output, `gives ${values[at]} in golden row ${row(at)}: ${hint}`);
  }
  if (output.kind === 'logit') {
    if (values.some((value) => value < 0 || value > 1)) return;
    throw refusal(output, 'is declared a logit, and every golden row is in [0, 1]: declare "kind": "probability"');
  }
  const beyond = values.findIndex((value) => value < -PROBABILITY_SLACK || value > 1 + PROBABILITY_SLACK);
  if (beyond >= 0) {
    throw refusal(
      output,
      `is declared a probability, and golden row ${row(beyond)} is ${values[beyond]}: if it is a logit, declare "kind": "logit"`,
    );
  }
  if (output.shape !== 'n,2') return;
  for (let i = 0; i < n; i++) {
    const sum = values[2 * i] + values[2 * i + 1];
    if (Math.abs(sum - 1) > SUM_SLACK) {
      throw refusal(output, `has two columns that add up to ${sum}, not 1, in golden row ${i}`);
    }
  }
}

function refusal({ name }: Manifest['output'], fault: string): BundleError {
  return new BundleError('BUNDLE_MODEL_OUTPUT', `output "${name}" ${fault}`);
}
