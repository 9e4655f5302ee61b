import { InvalidField } from '@adlift/wire';
import { MAX_TENSORS, requireDistinctInputs, type InferRequest, type ParameterValue } from './infer-request';
import { refuseUnoffered } from './refuse-unoffered';
import type { InputTensor } from './tensor/input-tensor';
import { readJsonTensor } from './tensor/json-tensor';
import { readRawTensor } from './tensor/raw-tensor';
import { tensorHeader } from './tensor/tensor-header';

/** A call over HTTP: the request, and which of its outputs are wanted as bytes. */
export interface InferBody {
  readonly request: InferRequest;
  readonly isBinary: (output: string) => boolean;
}

type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Reads the body of an inference over HTTP: JSON, and after it the bytes of the inputs that have none in it. `jsonBytes`
 * is the length of the JSON. Throws InvalidField at the first thing that is wrong, so that a large hostile body costs
 * no more than its parsing.
 */
export function readInferBody(model: string, version: string, body: Buffer, jsonBytes: number): InferBody {
  const json = parseObject(body.subarray(0, jsonBytes));
  const id = json.id ?? '';
  if (typeof id !== 'string') throw new InvalidField('id', 'must be a text');
  const parameters = readParameters(json.parameters, 'parameters');
  refuseUnoffered(parameters, 'parameters');
  const inputs = readInputs(json.inputs, body.subarray(jsonBytes));
  const outputs = asList(json.outputs ?? [], 'outputs').map((output, i) => readOutput(output, `outputs[${i}]`));
  const binaryByDefault = parameters.get('binary_data_output') === true;
  const binary = new Map(outputs.map((output) => [output.name, output.binary]));
  return {
    request: { model, version, id, parameters, inputs, outputs: outputs.map(({ name }) => name) },
    isBinary: (output) => binary.get(output) ?? binaryByDefault,
  };
}

function parseObject(bytes: Buffer): JsonObject {
  try {
    return asObject(JSON.parse(bytes.toString('utf8')), 'body');
  } catch (error) {
    if (error instanceof SyntaxError) throw new InvalidField('body', `not JSON: ${error.message}`);
    throw error;
  }
}

function readInputs(given: unknown, tail: Buffer): InputTensor[] {
  let at = 0;
  const inputs = asList(given, 'inputs').map((item, i): InputTensor => {
    const { name, datatype, shape, data, parameters } = asObject(item, `inputs[${i}]`);
    const header = tensorHeader(name, datatype, shape, i);
    const asked = readParameters(parameters, `${header.path}.parameters`);
    refuseUnoffered(asked, `${header.path}.parameters`);
    const size = asked.get('binary_data_size');
    if (size === undefined) return { ...header, data: readJsonTensor(header, data) };
    if (data !== undefined) throw new InvalidField(`${header.path}.data`, 'must be absent beside binary_data_size');
    if (typeof size !== 'number' || !Number.isInteger(size) || size < 0 || size > tail.length - at) {
      throw new InvalidField(
        `${header.path}.parameters.binary_data_size`,
        `must be a number of bytes, at most the ${tail.length - at} that are left of the body`,
      );
    }
    at += size;
    return { ...header, data: readRawTensor(header, tail.subarray(at - size, at)) };
  });
  if (at !== tail.length) throw new InvalidField('body', `${tail.length - at} bytes are left after the last input`);
  requireDistinctInputs(inputs);
  return inputs;
}

function readOutput(item: unknown, path: string): { name: string; binary: boolean | undefined } {
  const { name, parameters } = asObject(item, path);
  if (typeof name !== 'string') throw new InvalidField(`${path}.name`, 'must be a text');
  const asked = readParameters(parameters, `${path}.parameters`);
  refuseUnoffered(asked, `${path}.parameters`);
  const binary = asked.get('binary_data');
  if (binary !== undefined && typeof binary !== 'boolean') {
    throw new InvalidField(`${path}.parameters.binary_data`, 'must be true or false');
  }
  return { name, binary };
}

function readParameters(given: unknown, path: string): Map<string, ParameterValue> {
  const parameters = new Map<string, ParameterValue>();
  for (const [name, value] of Object.entries(asObject(given ?? {}, path))) {
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
      throw new InvalidField(`${path}.${name}`, 'must be a text, a number or a bool');
    }
    parameters.set(name, value);
  }
  return parameters;
}

function asObject(value: unknown, path: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new InvalidField(path, 'must be an object');
}

function asList(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new InvalidField(path, 'must be an array');
  if (value.length > MAX_TENSORS) throw new InvalidField(path, `at most ${MAX_TENSORS} in a call`);
  return value;
}
