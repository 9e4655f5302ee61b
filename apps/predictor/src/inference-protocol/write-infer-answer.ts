import { inferenceProto } from '@adlift/wire';
import type { InferAnswer } from './infer-request';
import { jsonOutput, rawOutput } from './tensor/output-tensor';

/** An answer's body over HTTP; `jsonBytes` is the length of its JSON when bytes of tensors follow it. */
export interface WrittenAnswer {
  readonly body: Buffer;
  readonly jsonBytes: number | undefined;
}

/** Writes an answer as JSON, and after it the bytes of the outputs that are wanted so. */
export function writeInferBody(answer: InferAnswer, isBinary: (output: string) => boolean): WrittenAnswer {
  const tail: Buffer[] = [];
  const outputs = answer.outputs.map((tensor) => {
    const { name, datatype, values } = tensor;
    const about = { name, datatype, shape: [values.length] };
    if (!isBinary(name)) return { ...about, data: jsonOutput(tensor) };
    const bytes = rawOutput(tensor);
    tail.push(bytes);
    return { ...about, parameters: { binary_data_size: bytes.length } };
  });
  const { model, version, id, parameters } = answer;
  const json = Buffer.from(JSON.stringify({ model_name: model, model_version: version, id, parameters, outputs }));
  return tail.length === 0
    ? { body: json, jsonBytes: undefined }
    : { body: Buffer.concat([json, ...tail]), jsonBytes: json.length };
}

/** Writes an answer as ModelInferResponse, its values always raw: widely used clients read nothing else. */
export function encodeInferResponse({ model, version, id, parameters, outputs }: InferAnswer): Uint8Array {
  return inferenceProto.ModelInferResponse.encode({
    modelName: model,
    modelVersion: version,
    id,
    parameters: Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, encodable(value)])),
    outputs: outputs.map(({ name, datatype, values }) => ({ name, datatype, shape: [values.length] })),
    rawOutputContents: outputs.map(rawOutput),
  }).finish();
}

function encodable(value: string | boolean): inferenceProto.IInferParameter {
  return typeof value === 'boolean' ? { boolParam: value } : { stringParam: value };
}
