import { onnx } from 'onnx-proto';
import { compileEncoder } from '@adlift/features';
import { buildBundle, joinRequests, parseGoldenFile, type GoldenRequest } from '@adlift/scoring';
import type { MarketModel } from '../../../tools/market/index';

/** Height and width of the matrices that a slow model multiplies for nothing, and how often it does. */
const HEIGHT = 128;
const WIDTH = 512;
const LAYERS = 64;

/** Rows of golden requests with the probability of each. */
interface Golden {
  readonly request: GoldenRequest;
  readonly probability: readonly number[];
}

/** A change of a sound model's graph, whose probabilities are by then called "sound". */
interface Plan {
  readonly name: string;
  readonly change: (graph: onnx.IGraphProto) => void;
  readonly golden?: (sound: readonly Golden[]) => readonly Golden[];
}

/** The model with every probability doubled. */
export function doubled(model: MarketModel): MarketModel {
  return replanned(model, {
    name: 'doubled',
    change: (graph) => {
      constant(graph, 'two', [], Float32Array.of(2));
      constant(graph, 'most', [], Float32Array.of(0.999));
      node(graph, 'Mul', ['sound', 'two'], 'twice');
      node(graph, 'Min', ['twice', 'most'], 'probability');
    },
    golden: (sound) =>
      sound.map(({ request, probability }) => ({
        request,
        probability: probability.map((p) => Math.min(2 * p, 0.999)),
      })),
  });
}

/** The model with two billion multiplications more a run, whose result is 0: it takes some 70 ms. */
export function slow(model: MarketModel): MarketModel {
  return replanned(model, {
    name: 'slow',
    change: (graph) => {
      constant(graph, 'start', [HEIGHT, WIDTH], new Float32Array(HEIGHT * WIDTH));
      constant(graph, 'square', [WIDTH, WIDTH], new Float32Array(WIDTH * WIDTH));
      // Depends on the request, or it would be worked out once, when the model is loaded.
      node(graph, 'ReduceMean', ['numeric'], 'any', { keepdims: 0 });
      node(graph, 'Add', ['start', 'any'], 'layer0');
      for (let i = 0; i < LAYERS; i++) node(graph, 'MatMul', [`layer${i}`, 'square'], `layer${i + 1}`);
      node(graph, 'ReduceSum', [`layer${LAYERS}`], 'nothing', { keepdims: 0 });
      node(graph, 'Add', ['sound', 'nothing'], 'probability');
    },
  });
}

/**
 * The model with a table that has rows for half of the segments only, so that a run fails as soon as one of the others
 * is in it; the golden requests know nothing of those.
 */
export function failing(model: MarketModel): MarketModel {
  const encoder = compileEncoder(model.schema);
  const column = encoder.idRanges.findIndex(({ name }) => name === 'segment');
  const { offset, size } = encoder.idRanges[column] ?? { offset: 0, size: 0 };
  const rows = offset + Math.floor(size / 2);
  const known = ({ request: { n, ids } }: Golden): boolean =>
    Array.from({ length: n }, (_, row) => ids[row * encoder.idCount + column] ?? 0).every((id) => id < rows);
  return replanned(model, {
    name: 'failing',
    change: (graph) => {
      constant(graph, 'column', [], Int32Array.of(column));
      constant(graph, 'known', [rows], new Float32Array(rows));
      node(graph, 'Gather', ['ids', 'column'], 'segment', { axis: 1 });
      node(graph, 'Gather', ['known', 'segment'], 'nothing');
      node(graph, 'Add', ['sound', 'nothing'], 'probability');
    },
    // A bundle has a hundred of them at least.
    golden: (sound) => {
      const kept = sound.filter(known);
      return [...kept, ...kept, ...kept, ...kept].slice(0, Math.max(100, kept.length));
    },
  });
}

function replanned(model: MarketModel, { name, change, golden = (sound) => sound }: Plan): MarketModel {
  const { manifest, files } = model.bundle;
  const file = onnx.ModelProto.decode(files.get(manifest.modelFile) ?? new Uint8Array());
  const graph = file.graph ?? {};
  for (const { output } of graph.node ?? []) if (output?.[0] === 'probability') output[0] = 'sound';
  change(graph);
  const version = `${model.version}-${name}`;
  const shown = golden(goldenOf(model));
  const bundle = buildBundle({
    // The manifest states what buildBundle takes, and what it puts in itself anew.
    manifest: { ...manifest, features: model.schema, version },
    model: onnx.ModelProto.encode(file).finish(),
    golden: joinRequests(shown.map(({ request }) => request)),
    probabilities: shown.flatMap(({ probability }) => probability),
  });
  return { ...model, version, bundle };
}

function goldenOf({ bundle: { manifest, files } }: MarketModel): Golden[] {
  const { requests, probability } = parseGoldenFile(files.get(manifest.goldenFile) ?? new Uint8Array());
  let at = 0;
  return requests.map((request) => ({ request, probability: probability.slice(at, (at += request.n)) }));
}

function constant(
  graph: onnx.IGraphProto,
  name: string,
  dims: number[],
  values: Float32Array | Int32Array | BigInt64Array,
): void {
  const types = onnx.TensorProto.DataType;
  const dataType =
    values instanceof Float32Array ? types.FLOAT : values instanceof Int32Array ? types.INT32 : types.INT64;
  const rawData = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  graph.initializer?.push(onnx.TensorProto.create({ name, dims, dataType, rawData }));
}

/** `numbers` are attributes that hold an integer. */
function node(
  graph: onnx.IGraphProto,
  opType: string,
  input: string[],
  output: string,
  numbers: Readonly<Record<string, number>> = {},
): void {
  const attribute = Object.entries(numbers).map(([name, i]) => ({
    ...{ name, i, type: onnx.AttributeProto.AttributeType.INT },
  }));
  graph.node?.push(onnx.NodeProto.create({ opType, name: `planted_${output}`, input, output: [output], attribute }));
}
