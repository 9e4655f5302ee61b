import { ProtobufWriter } from './protobuf-writer';

const IR_VERSION = 8;
const OPSET = 17;

/** ONNX element types by their number in TensorProto.DataType. */
export const OnnxType = { float: 1, int32: 6, int64: 7, double: 11 } as const;
export type OnnxElement = keyof typeof OnnxType;

/** A dimension: a size, or a name for one that varies from run to run. */
export type OnnxDim = number | string;

/** Integer (or integer list) and float attributes of a node. */
export type OnnxAttributes = Readonly<Record<string, number | readonly number[] | { readonly float: number }>>;

/** Builds one ONNX graph and serialises it as a ModelProto (IR 8, opset 17). Data is written little-endian. */
export class OnnxGraph {
  private readonly graph = new ProtobufWriter();
  private made = 0;

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
    const node = new ProtobufWriter();
    for (const name of inputs) node.string(1, name);
    node.string(2, output).string(3, `${output}_node`).string(4, op);
    for (const [name, value] of Object.entries(attributes)) node.message(5, attribute(name, value));
    this.graph.message(1, node);
    return output;
  }

  /** The serialised model. */
  toBytes(): Uint8Array {
    const opset = new ProtobufWriter().string(1, '').varint(2, OPSET);
    const model = new ProtobufWriter().varint(1, IR_VERSION).string(2, 'adlift');
    return model.message(7, this.graph).message(8, opset).finish();
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

// Numbers of AttributeProto.AttributeType.
const FLOAT = 1;
const INT = 2;
const INTS = 7;

function attribute(name: string, value: OnnxAttributes[string]): ProtobufWriter {
  const proto = new ProtobufWriter().string(1, name);
  if (typeof value === 'number') return proto.varint(3, value).varint(20, INT);
  if ('float' in value) return proto.float(2, value.float).varint(20, FLOAT);
  return proto.packedVarints(8, value).varint(20, INTS);
}
