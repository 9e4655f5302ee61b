import { ProtobufWriter } from './protobuf-writer';

const IR_VERSION = 8;
const OPSET = 17;
const ML_DOMAIN = 'ai.onnx.ml';
const ML_OPSET = 3;

/** ONNX element types by their number in TensorProto.DataType. */
export const OnnxType = { float: 1, int32: 6, int64: 7, string: 8, double: 11 } as const;
export type OnnxElement = keyof typeof OnnxType;

/** A dimension: a size, or a name for one that varies from run to run. */
export type OnnxDim = number | string;

/** Attributes of a node; a bare number or list holds integers from 0. */
export type OnnxAttributes = Readonly<
  Record<
    string,
    | number
    | readonly number[]
    | { readonly float: number }
    | { readonly floats: readonly number[] }
    | { readonly text: string }
    | { readonly texts: readonly string[] }
  >
>;

/**
 * Builds one ONNX graph and serialises it as a ModelProto (IR 8, opset 17, and ai.onnx.ml 3 where a node needs it).
 * Data is written little-endian.
 */
export class OnnxGraph {
  private readonly graph = new ProtobufWriter();
  private made = 0;
  private usesMl = false;

  constructor(name: string) {
    this.graph.string(2, name);
  }

  /** Declares a graph input and returns its name. */
  input(name: string, element: OnnxElement, dims: readonly OnnxDim[]): string {
    this.graph.message(11, valueInfo(name, element, dims));
    return name;
  }

  /** Declares a graph output; a node must write it. */
  output(name: string, element: OnnxElement, dims: readonly OnnxDim[]): void {
    this.graph.message(12, valueInfo(name, element, dims));
  }

  /** Declares an output that is no tensor but a sequence of maps from int64 to float, as a ZipMap makes. */
  outputMaps(name: string): void {
    const floats = new ProtobufWriter().message(1, new ProtobufWriter().varint(1, OnnxType.float));
    const map = new ProtobufWriter().varint(1, OnnxType.int64).message(2, floats);
    const sequence = new ProtobufWriter().message(1, new ProtobufWriter().message(5, map));
    this.graph.message(12, new ProtobufWriter().string(1, name).message(2, new ProtobufWriter().message(4, sequence)));
  }

  /** Adds a constant and returns its name; `values` are row-major in the shape `dims`. */
  constant(values: Float32Array | Float64Array | BigInt64Array | Int32Array, dims: readonly number[]): string {
    const name = this.freshName('constant');
    const tensor = new ProtobufWriter().packedVarints(1, dims);
    tensor.varint(2, OnnxType[elementOf(values)]).string(8, name);
    tensor.bytes(9, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    this.graph.message(5, tensor);
    return name;
  }

  /** Adds a node with one output and returns the output's name. */
  node(op: string, inputs: readonly string[], attributes: OnnxAttributes = {}, output = this.freshName(op)): string {
    this.graph.message(1, nodeOf(op, inputs, attributes, [output]));
    return output;
  }

  /** Adds a node of the domain ai.onnx.ml, such as a tree ensemble, that writes the named outputs. */
  mlNode(op: string, inputs: readonly string[], attributes: OnnxAttributes, outputs: readonly string[]): void {
    this.usesMl = true;
    this.graph.message(1, nodeOf(op, inputs, attributes, outputs).string(7, ML_DOMAIN));
  }

  /** The serialised model. */
  toBytes(): Uint8Array {
    const model = new ProtobufWriter().varint(1, IR_VERSION).string(2, 'adlift').message(7, this.graph);
    model.message(8, new ProtobufWriter().string(1, '').varint(2, OPSET));
    if (this.usesMl) model.message(8, new ProtobufWriter().string(1, ML_DOMAIN).varint(2, ML_OPSET));
    return model.finish();
  }

  private freshName(stem: string): string {
    return `${stem}_${this.made++}`;
  }
}

function elementOf(values: Float32Array | Float64Array | BigInt64Array | Int32Array): OnnxElement {
  if (values instanceof Float32Array) return 'float';
  if (values instanceof Float64Array) return 'double';
  return values instanceof Int32Array ? 'int32' : 'int64';
}

function valueInfo(name: string, element: OnnxElement, dims: readonly OnnxDim[]): ProtobufWriter {
  const shape = new ProtobufWriter();
  for (const dim of dims) {
    const size = new ProtobufWriter();
    shape.message(1, typeof dim === 'number' ? size.varint(1, dim) : size.string(2, dim));
  }
  const tensor = new ProtobufWriter().varint(1, OnnxType[element]).message(2, shape);
  return new ProtobufWriter().string(1, name).message(2, new ProtobufWriter().message(1, tensor));
}

function nodeOf(
  op: string,
  inputs: readonly string[],
  attributes: OnnxAttributes,
  outputs: readonly string[],
): ProtobufWriter {
  const node = new ProtobufWriter();
  for (const name of inputs) node.string(1, name);
  for (const name of outputs) node.string(2, name);
  node.string(3, `${outputs[0]}_node`).string(4, op);
  for (const [name, value] of Object.entries(attributes)) node.message(5, attribute(name, value));
  return node;
}

// Numbers of AttributeProto.AttributeType.
const FLOAT = 1;
const INT = 2;
const STRING = 3;
const FLOATS = 6;
const INTS = 7;
const STRINGS = 8;

function attribute(name: string, value: OnnxAttributes[string]): ProtobufWriter {
  const proto = new ProtobufWriter().string(1, name);
  if (typeof value === 'number') return proto.varint(3, value).varint(20, INT);
  if ('float' in value) return proto.float(2, value.float).varint(20, FLOAT);
  if ('text' in value) return proto.string(4, value.text).varint(20, STRING);
  if ('floats' in value) {
    for (const number of value.floats) proto.float(7, number);
    return proto.varint(20, FLOATS);
  }
  if ('texts' in value) {
    for (const text of value.texts) proto.string(9, text);
    return proto.varint(20, STRINGS);
  }
  return proto.packedVarints(8, value).varint(20, INTS);
}
