import { type InferenceSession, Tensor } from 'onnxruntime-node';
import { BundleError } from './bundle-error';
import { checkOutputKind } from './check-output';
import type { GoldenRequest } from './golden-requests';
import { QUIET_SESSION } from './inspect-model';
import type { Manifest } from './manifest';
import { openSession, runtimeFault } from './open-session';

type Signature = Pick<Manifest, 'inputs' | 'output'>;

/**
 * What a model gives for golden requests in a session of its own, without shared memory or a thread: the reference that
 * serving is held against. Throws BundleError when the model does not run, or its output is not what is stated.
 */
export async function rawProbabilities(
  model: Uint8Array,
  { inputs, output }: Signature,
  requests: readonly GoldenRequest[],
): Promise<number[]> {
  const session = await openSession(model, QUIET_SESSION);
  try {
    const n = requests.reduce((sum, request) => sum + request.n, 0);
    const raw = await run(session, feedsOf(inputs, requests, n), output);
    checkOutputKind(output, raw, n);
    return Array.from({ length: n }, (_, i) => probabilityOf(output, raw, i));
  } finally {
    await session.release();
  }
}

async function run(
  session: InferenceSession,
  feeds: Record<string, Tensor>,
  { name, type = 'float32', shape }: Manifest['output'],
): Promise<Float32Array | Float64Array> {
  let result: Tensor;
  try {
    result = (await session.run(feeds, [name]))[name];
  } catch (error) {
    const fault = `the model does not run on the codes and numbers that the manifest allows: ${runtimeFault(error)}`;
    throw new BundleError('BUNDLE_MODEL_INPUT', fault, { cause: error });
  }
  const dims = result.dims.slice(1).join(',');
  const stated = { n: '', 'n,1': '1', 'n,2': '2' }[shape];
  const { data } = result;
  if (result.type !== type || dims !== stated || !(data instanceof Float32Array || data instanceof Float64Array)) {
    const got = `${result.type} [${['n', ...result.dims.slice(1)].join(', ')}]`;
    throw new BundleError(
      'BUNDLE_MODEL_OUTPUT',
      `output "${name}" is stated as ${type} [${shape}], the model gives ${got}`,
    );
  }
  return data;
}

function feedsOf({ ids, numeric, tensors = [] }: Manifest['inputs'], requests: readonly GoldenRequest[], n: number) {
  const feeds: Record<string, Tensor> = {};
  if (ids !== undefined) {
    const values = Int32Array.from(requests.flatMap((request) => request.ids));
    feeds[ids.name] = new Tensor('int32', values, [n, ids.columns]);
  }
  if (numeric !== undefined) {
    const values = Float32Array.from(requests.flatMap((request) => request.numeric));
    feeds[numeric.name] = new Tensor('float32', values, [n, numeric.columns]);
  }
  for (const { name, type, shape, features } of tensors) {
    const values = requests.flatMap((request) => request.tensors?.[name] ?? []);
    const numbers = values.map((value) => (value === null ? NaN : Number(value)));
    const dims = shape === 'n' ? [n] : [n, features.length];
    feeds[name] = type === 'string' ? new Tensor(type, values.map(String), dims) : numberTensor(type, numbers, dims);
  }
  return feeds;
}

function numberTensor(type: 'float32' | 'float64' | 'int32' | 'int64', numbers: number[], dims: number[]): Tensor {
  switch (type) {
    case 'float32':
      return new Tensor(type, Float32Array.from(numbers), dims);
    case 'float64':
      return new Tensor(type, Float64Array.from(numbers), dims);
    case 'int32':
      return new Tensor(type, Int32Array.from(numbers), dims);
    case 'int64':
      return new Tensor(type, BigInt64Array.from(numbers, BigInt), dims);
  }
}

function probabilityOf({ kind, shape }: Manifest['output'], raw: Float32Array | Float64Array, i: number): number {
  const value = shape === 'n,2' ? raw[2 * i + 1] : raw[i];
  if (kind === 'probability') return Math.min(Math.max(value, 0), 1);
  return 1 / (1 + Math.exp((shape === 'n,2' ? raw[2 * i] : 0) - value));
}
