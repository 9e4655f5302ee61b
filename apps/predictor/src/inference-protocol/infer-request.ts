import { InvalidField } from '@adlift/wire';
import type { InputTensor } from './tensor/input-tensor';
import type { OutputTensor } from './tensor/output-tensor';

export type ParameterValue = string | number | boolean;

/** Most inputs or requested outputs of one call: a model has at most a few hundred features. */
export const MAX_TENSORS = 1024;

/** An inference after decoding, whatever the transport. */
export interface InferRequest {
  readonly model: string;
  /** Empty for the version that is served by default. */
  readonly version: string;
  /** The caller's, given back with the answer; may be empty. */
  readonly id: string;
  readonly parameters: ReadonlyMap<string, ParameterValue>;
  readonly inputs: readonly InputTensor[];
  /** Names of the outputs wanted, in order; none for all. */
  readonly outputs: readonly string[];
}

/** What an inference gives back. */
export interface InferAnswer {
  readonly model: string;
  readonly version: string;
  readonly id: string;
  readonly parameters: Readonly<Record<string, string | boolean>>;
  readonly outputs: readonly OutputTensor[];
}

/** The outputs to answer with, of those that there are. Throws InvalidField for a name that is not among them. */
export function requestedOutputs(request: InferRequest, offered: readonly string[]): readonly string[] {
  if (request.outputs.length === 0) return offered;
  for (const [i, name] of request.outputs.entries()) {
    if (!offered.includes(name)) {
      throw new InvalidField(
        `outputs[${i}].name`,
        `"${name}" is no output of "${request.model}"; it has ${offered.join(', ')}`,
      );
    }
    if (request.outputs.indexOf(name) !== i)
      throw new InvalidField(`outputs[${i}].name`, `"${name}" is asked for twice`);
  }
  return request.outputs;
}

/** A text parameter, '' when it is not given. Throws InvalidField when it is something else. */
export function textParameter({ parameters }: InferRequest, name: string): string {
  const value = parameters.get(name) ?? '';
  if (typeof value !== 'string') throw new InvalidField(`parameters.${name}`, 'must be a text');
  return value;
}

/** Throws InvalidField when two inputs share a name. */
export function requireDistinctInputs(inputs: readonly InputTensor[]): void {
  const seen = new Set<string>();
  for (const { name, path } of inputs) {
    if (seen.has(name)) throw new InvalidField(path, 'appears twice');
    seen.add(name);
  }
}
