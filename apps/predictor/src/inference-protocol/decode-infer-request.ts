import { Reader } from 'protobufjs/minimal';
import { DomainError } from '@adlift/problem';
import { InvalidField, readText } from '@adlift/wire';
import { decodeParameter } from './decode-parameter';
import { MAX_TENSORS, requireDistinctInputs, type InferRequest, type ParameterValue } from './infer-request';
import { refuseUnoffered } from './refuse-unoffered';
import type { InputTensor } from './tensor/input-tensor';
import { readRawTensor } from './tensor/raw-tensor';
import { readTensorContents } from './tensor/tensor-contents';
import { tensorHeader } from './tensor/tensor-header';

/** An input as it came; its contents stay bytes until the shape has said how many values to expect. */
interface EncodedInput {
  name: string;
  datatype: string;
  shape: number[];
  contents: Uint8Array[];
}

/**
 * Decodes the protobuf bytes of a ModelInferRequest, values straight into typed arrays. Throws InvalidField; by hand,
 * because a hostile message of empty submessages would cost a generated decoder gigabytes.
 */
export function decodeInferRequest(bytes: Uint8Array): InferRequest {
  try {
    return decode(Reader.create(bytes));
  } catch (error) {
    if (error instanceof InvalidField || error instanceof DomainError) throw error;
    throw new InvalidField('(message)', `not a ModelInferRequest: ${(error as Error).message}`);
  }
}

function decode(reader: Reader): InferRequest {
  const parameters = new Map<string, ParameterValue>();
  const inputs: EncodedInput[] = [];
  const outputs: string[] = [];
  const raw: Buffer[] = [];
  let model = '';
  let version = '';
  let id = '';
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    switch (tag >>> 3) {
      case 1:
        model = readText(reader);
        break;
      case 2:
        version = readText(reader);
        break;
      case 3:
        id = readText(reader);
        break;
      case 4:
        parameters.set(...decodeParameter(reader.bytes()));
        break;
      case 5:
        requireFew('inputs', inputs.push(decodeInput(reader.bytes())));
        break;
      case 6:
        requireFew('outputs', outputs.push(decodeOutput(reader.bytes(), `outputs[${outputs.length}]`)));
        break;
      case 7:
        requireFew('raw_input_contents', raw.push(asBuffer(reader.bytes())));
        break;
      default:
        reader.skipType(tag & 7);
    }
  }
  refuseUnoffered(parameters, 'parameters');
  const read = raw.length > 0 ? fromRaw(inputs, raw) : fromContents(inputs);
  requireDistinctInputs(read);
  return { model, version, id, parameters, inputs: read, outputs };
}

function requireFew(field: string, count: number): void {
  if (count > MAX_TENSORS) throw new InvalidField(field, `at most ${MAX_TENSORS} in a call`);
}

function decodeInput(bytes: Uint8Array): EncodedInput {
  const reader = Reader.create(bytes);
  const input: EncodedInput = { name: '', datatype: '', shape: [], contents: [] };
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag >>> 3 === 1) input.name = readText(reader);
    else if (tag >>> 3 === 2) input.datatype = readText(reader);
    else if (tag >>> 3 === 3) readShape(reader, tag & 7, input.shape);
    else if (tag >>> 3 === 5) addPart(input.contents, reader.bytes());
    else reader.skipType(tag & 7);
  }
  return input;
}

function addPart(parts: Uint8Array[], part: Uint8Array): void {
  if (part.length > 0) requireFew('contents', parts.push(part));
}

/** Dimensions beyond the third are read over: the shape is refused for having them. */
function readShape(reader: Reader, wireType: number, shape: number[]): void {
  const end = wireType === 2 ? reader.uint32() + reader.pos : reader.pos + 1;
  if (end > reader.len) throw new RangeError(`a shape ends at byte ${end} of ${reader.len}`);
  while (reader.pos < end) {
    const dimension = Number(reader.int64());
    if (shape.length < 3) shape.push(dimension);
  }
}

function decodeOutput(bytes: Uint8Array, path: string): string {
  const reader = Reader.create(bytes);
  const parameters = new Map<string, ParameterValue>();
  let name = '';
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag >>> 3 === 1) name = readText(reader);
    else if (tag >>> 3 === 2) parameters.set(...decodeParameter(reader.bytes()));
    else reader.skipType(tag & 7);
  }
  refuseUnoffered(parameters, `${path}.parameters`);
  return name;
}

function fromRaw(inputs: readonly EncodedInput[], raw: readonly Buffer[]): InputTensor[] {
  if (raw.length !== inputs.length) {
    throw new InvalidField('raw_input_contents', `needs one entry per input: ${inputs.length}, got ${raw.length}`);
  }
  return inputs.map(({ name, datatype, shape, contents }, i) => {
    const header = tensorHeader(name, datatype, shape, i);
    if (contents.length > 0)
      throw new InvalidField(`${header.path}.contents`, 'must be absent beside raw_input_contents');
    return { ...header, data: readRawTensor(header, raw[i] ?? Buffer.alloc(0)) };
  });
}

function fromContents(inputs: readonly EncodedInput[]): InputTensor[] {
  return inputs.map(({ name, datatype, shape, contents }, i) => {
    const header = tensorHeader(name, datatype, shape, i);
    // Parts of one message that come apart belong together, which for protobuf is the same as one after the other.
    return { ...header, data: readTensorContents(header, Buffer.concat(contents)) };
  });
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
