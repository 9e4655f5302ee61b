import { BundleError } from './bundle-error';
import type { ModelFacts, ModelValue } from './inspect-model';
import type { Manifest } from './manifest';
import { outputWidth } from './model-shape';

interface Stated {
  readonly name: string;
  readonly type: string;
  /** Number of values a row; undefined for a one-dimensional tensor. */
  readonly columns: number | undefined;
}

/**
 * Checks that the model's own inputs and output are those that the manifest states: names, element types, shapes, and
 * a free number of rows. Throws BundleError BUNDLE_MODEL_INPUT or BUNDLE_MODEL_OUTPUT.
 */
export function checkSignature(
  model: Pick<ModelFacts, 'inputs' | 'outputs'>,
  { inputs, output }: Pick<Manifest, 'inputs' | 'output'>,
): void {
  const stated = statedInputs(inputs);
  for (const input of stated) checkValue('BUNDLE_MODEL_INPUT', 'input', input, model.inputs);
  const names = new Set(stated.map(({ name }) => name));
  const left = model.inputs.find(({ name }) => !names.has(name));
  if (left !== undefined) {
    throw new BundleError('BUNDLE_MODEL_INPUT', `inputs: the model's input "${left.name}" gets nothing`);
  }
  const columns = output.shape === 'n' ? undefined : outputWidth(output);
  const result = { name: output.name, type: output.type ?? 'float32', columns };
  checkValue('BUNDLE_MODEL_OUTPUT', 'output', result, model.outputs);
}

function statedInputs({ ids, numeric, tensors = [] }: Manifest['inputs']): Stated[] {
  const own = tensors.map(({ name, type, shape, features }) => ({
    name,
    type,
    columns: shape === 'n' ? undefined : features.length,
  }));
  return [...(ids ? [ids] : []), ...(numeric ? [numeric] : []), ...own];
}

function checkValue(
  code: 'BUNDLE_MODEL_INPUT' | 'BUNDLE_MODEL_OUTPUT',
  what: string,
  { name, type, columns }: Stated,
  values: readonly ModelValue[],
): void {
  const fail = (fault: string): never => {
    throw new BundleError(code, `${what} "${name}": ${fault}`);
  };
  const value = values.find((candidate) => candidate.name === name);
  if (value === undefined) {
    return fail(`the model has none of this name; it has ${values.map((other) => other.name).join(', ')}`);
  }
  if (value.type !== type) fail(`the manifest states ${type}, the model has ${value.type ?? 'no tensor'}`);
  const { shape } = value;
  // No dimensions at all is how the runtime shows a shape that the file does not state.
  if (shape.length === 0) return;
  if (typeof shape[0] === 'number') fail(`the model takes ${shape[0]} rows and no other number`);
  const wanted = columns === undefined ? 'n' : `n,${columns}`;
  const fits =
    shape.length === (columns === undefined ? 1 : 2) && (typeof shape[1] !== 'number' || shape[1] === columns);
  if (!fits) fail(`the manifest states [${wanted}], the model has [${shape.map((dim) => dim || '?').join(',')}]`);
}
