import { TENSOR_TYPES, type TensorInput, type TensorType } from '@adlift/features';
import { BundleError } from './bundle-error';
import type { ModelFacts, ModelValue } from './inspect-model';
import type { Manifest } from './manifest';

/** Most values a row that all inputs of a foreign model may take together. */
export const MAX_INPUT_COLUMNS = 4096;

const FREE_ROWS =
  'export it with a free first dimension: dynamic_axes or dynamic_shapes in torch.onnx.export, [None, k] in initial_types';
const WITHOUT_ZIPMAP =
  "export it with options={'zipmap': False} (skl2onnx) or zipmap=False (onnxmltools), so that probabilities are a tensor";

/** An input as far as the file tells: `columns` is undefined where the number of values a row is free. */
export interface InputProposal extends Omit<TensorInput, 'features'> {
  readonly columns: number | undefined;
}

/**
 * The inputs of a model as a manifest states them, without their features. Throws BundleError BUNDLE_MODEL_INPUT for an
 * element type that cannot be fed, a fixed number of rows, over two dimensions, or too many columns.
 */
export function proposeInputs({ inputs }: Pick<ModelFacts, 'inputs'>): InputProposal[] {
  const proposals = inputs.map((input) => {
    const fail = (fault: string): never => {
      throw new BundleError('BUNDLE_MODEL_INPUT', `input "${input.name}" ${fault}`);
    };
    const { name, type, shape } = input;
    if (!isTensorType(type)) return fail(`is ${type ?? 'no tensor'}; supported are ${TENSOR_TYPES.join(', ')}`);
    const [rows, columns] = shape;
    if (shape.length > 2) fail(`has ${shape.length} dimensions; supported are [n] and [n, k]`);
    if (typeof rows === 'number') fail(`takes ${rows} rows and no other number; ${FREE_ROWS}`);
    if (shape.length < 2) return { name, type, shape: 'n' as const, columns: 1 };
    const count = typeof columns === 'number' ? columns : undefined;
    return { name, type, shape: count === 1 ? ('n,1' as const) : ('n,k' as const), columns: count };
  });
  const total = proposals.reduce((sum, { columns }) => sum + (columns ?? 1), 0);
  if (total > MAX_INPUT_COLUMNS) {
    throw new BundleError(
      'BUNDLE_MODEL_INPUT',
      `the inputs take ${total} values a row, ${MAX_INPUT_COLUMNS} are the limit`,
    );
  }
  return proposals;
}

/**
 * The output that holds the clicks: the one of the given name, else the only one of floats in a shape that can be it.
 * The kind is undefined where the name does not tell. Throws BundleError BUNDLE_MODEL_OUTPUT naming the way out.
 */
export function proposeOutput(
  { outputs }: Pick<ModelFacts, 'outputs'>,
  wanted?: string,
): Omit<Manifest['output'], 'kind'> & { readonly kind: Manifest['output']['kind'] | undefined } {
  const output = wanted === undefined ? onlyCandidate(outputs) : named(outputs, wanted);
  const fault = unfit(output);
  if (fault !== undefined) throw new BundleError('BUNDLE_MODEL_OUTPUT', `output "${output.name}" ${fault}`);
  return {
    name: output.name,
    kind: /logit|raw|score/i.test(output.name)
      ? 'logit'
      : /prob|ctr|cvr/i.test(output.name)
        ? 'probability'
        : undefined,
    shape: shapeOf(output),
    ...(output.type === 'float64' && { type: 'float64' }),
  };
}

function onlyCandidate(outputs: readonly ModelValue[]): ModelValue {
  const fit = outputs.filter((output) => unfit(output) === undefined);
  if (fit.length === 1) return fit[0];
  if (fit.length > 1) {
    const names = fit.map(({ name }) => name).join(', ');
    throw new BundleError('BUNDLE_MODEL_OUTPUT', `several outputs could hold the clicks: ${names}; say --output NAME`);
  }
  const told = outputs.map((output) => `"${output.name}" ${unfit(output)}`);
  const maps = outputs.some(({ type }) => type === undefined);
  // The advice once, behind the list, is what a reader with a ZipMap needs.
  const list = told.map((line) => line.replace(`; ${WITHOUT_ZIPMAP}`, '')).join('; ');
  throw new BundleError('BUNDLE_MODEL_OUTPUT', `no output can be served: ${list}${maps ? `; ${WITHOUT_ZIPMAP}` : ''}`);
}

function named(outputs: readonly ModelValue[], wanted: string): ModelValue {
  const output = outputs.find(({ name }) => name === wanted);
  if (output !== undefined) return output;
  const names = outputs.map(({ name }) => name).join(', ');
  throw new BundleError('BUNDLE_MODEL_OUTPUT', `the model has no output "${wanted}"; it has ${names}`);
}

/** Why an output cannot be served. */
function unfit({ type, shape }: ModelValue): string | undefined {
  if (type === undefined) return `is no tensor, as the sequence of maps that a ZipMap makes; ${WITHOUT_ZIPMAP}`;
  if (type !== 'float32' && type !== 'float64') return `is ${type}; supported are float32, float64`;
  const [rows, columns] = shape;
  if (typeof rows === 'number') return `has ${rows} rows and no other number; ${FREE_ROWS}`;
  if (shape.length > 2 || (typeof columns === 'number' && columns !== 1 && columns !== 2)) {
    return `has the shape [${shape.map((dim) => dim || '?').join(', ')}]; supported are [n], [n, 1] and [n, 2]`;
  }
  return undefined;
}

/** Classifiers write both classes; where the width is not stated, the name is all there is. */
function shapeOf({ name, shape }: ModelValue): Manifest['output']['shape'] {
  if (shape.length === 2) {
    if (shape[1] === 1) return 'n,1';
    return shape[1] === 2 || /probabilities/i.test(name) ? 'n,2' : 'n,1';
  }
  return 'n';
}

function isTensorType(type: string | undefined): type is TensorType {
  return TENSOR_TYPES.some((known) => known === type);
}
