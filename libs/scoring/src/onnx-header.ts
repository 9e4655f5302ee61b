import { BundleError } from './bundle-error';
import { protobufFields, protobufText } from './protobuf-fields';

/** An operator set that a model was written for; the empty domain is ONNX's own. */
export interface OnnxOpset {
  readonly domain: string;
  readonly version: number;
}

/** What an ONNX file says of itself before any runtime reads it. */
export interface OnnxHeader {
  readonly irVersion: number;
  readonly producer: string;
  readonly opsets: readonly OnnxOpset[];
  /** Files that hold weights, by their path beside the model. */
  readonly externalFiles: readonly string[];
}

// Field numbers of onnx.proto.
const MODEL = { irVersion: 1, producerName: 2, producerVersion: 3, graph: 7, opset: 8 } as const;
const OPSET = { domain: 1, version: 2 } as const;
const GRAPH = { node: 1, initializer: 5 } as const;
const NODE_ATTRIBUTE = 5;
const ATTRIBUTE_TENSOR = 5;
const TENSOR_EXTERNAL_DATA = 13;
const ENTRY = { key: 1, value: 2 } as const;

/** Reads the header of an ONNX file. Throws BundleError BUNDLE_MODEL_INVALID for anything that is none. */
export function readOnnxHeader(file: Uint8Array): OnnxHeader {
  try {
    const header = headerOf(file);
    if (header !== undefined) return header;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new BundleError('BUNDLE_MODEL_INVALID', `the file is no ONNX model, or is cut off: ${error.message}`, {
      cause: error,
    });
  }
  throw new BundleError('BUNDLE_MODEL_INVALID', 'the file is no ONNX model: it holds no graph');
}

function headerOf(file: Uint8Array): OnnxHeader | undefined {
  let irVersion = 0;
  const producer = ['', ''];
  const opsets: OnnxOpset[] = [];
  let externalFiles: Set<string> | undefined;
  for (const field of protobufFields(file)) {
    if (field.number === MODEL.irVersion) irVersion = field.value ?? 0;
    else if (field.number === MODEL.producerName) producer[0] = protobufText(field);
    else if (field.number === MODEL.producerVersion) producer[1] = protobufText(field);
    else if (field.number === MODEL.opset && field.bytes !== undefined) opsets.push(opsetOf(field.bytes));
    else if (field.number === MODEL.graph && field.bytes !== undefined) externalFiles = externalFilesOf(field.bytes);
  }
  if (externalFiles === undefined) return undefined;
  return { irVersion, producer: producer.join(' ').trim(), opsets, externalFiles: [...externalFiles] };
}

function opsetOf(message: Uint8Array): OnnxOpset {
  let domain = '';
  let version = 0;
  for (const field of protobufFields(message)) {
    if (field.number === OPSET.domain) domain = protobufText(field);
    else if (field.number === OPSET.version) version = field.value ?? 0;
  }
  return { domain, version };
}

function externalFilesOf(graph: Uint8Array): Set<string> {
  const files = new Set<string>();
  for (const { number, bytes } of protobufFields(graph)) {
    if (bytes === undefined) continue;
    if (number === GRAPH.initializer) addExternalFile(bytes, files);
    if (number !== GRAPH.node) continue;
    for (const attribute of messagesOf(bytes, NODE_ATTRIBUTE)) {
      for (const tensor of messagesOf(attribute, ATTRIBUTE_TENSOR)) addExternalFile(tensor, files);
    }
  }
  return files;
}

function addExternalFile(tensor: Uint8Array, files: Set<string>): void {
  for (const entry of messagesOf(tensor, TENSOR_EXTERNAL_DATA)) {
    const texts = new Map([...protobufFields(entry)].map((field) => [field.number, protobufText(field)]));
    if (texts.get(ENTRY.key) === 'location') files.add(texts.get(ENTRY.value) ?? '');
  }
}

function messagesOf(message: Uint8Array, number: number): Uint8Array[] {
  return [...protobufFields(message)].flatMap((field) =>
    field.number === number && field.bytes !== undefined ? [field.bytes] : [],
  );
}
