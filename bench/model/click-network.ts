import { OnnxGraph, OnnxType, SeededRandom } from '@adlift/training';

/** Sizes of the benchmark's network: fields of an embedding table, numbers beside them, and hidden layers. */
export interface NetworkSize {
  readonly fields: number;
  /** Rows of the one table that all fields share. */
  readonly tableRows: number;
  readonly embedding: number;
  readonly numbers: number;
  readonly hidden: readonly number[];
}

/**
 * Writes a click network with seeded weights as ONNX: `ids` int32 [n, fields] look up rows of `embedding` floats, those
 * and `numeric` float [n, numbers] pass through ReLU layers to `probability` float [n]. Weights follow He et al. 2015,
 * so that scores spread as a trained network's do.
 */
export function writeClickNetwork(size: NetworkSize, seed: number): Uint8Array {
  const random = new SeededRandom(seed);
  const graph = new OnnxGraph('click-network');
  const ids = graph.input('ids', 'int32', ['n', size.fields]);
  const numeric = graph.input('numeric', 'float', ['n', size.numbers]);
  graph.output('probability', 'float', ['n']);

  const table = Float32Array.from({ length: size.tableRows * size.embedding }, () => random.next() - 0.5);
  const rows = graph.node('Gather', [graph.constant(table, [size.tableRows, size.embedding]), ids]);
  const wide = graph.constant(BigInt64Array.of(-1n, BigInt(size.fields * size.embedding)), [2]);
  let layer = graph.node('Concat', [graph.node('Reshape', [rows, wide]), numeric], { axis: 1 });
  let width = size.fields * size.embedding + size.numbers;
  for (const units of size.hidden) {
    layer = graph.node('Relu', [dense(graph, random, layer, width, units)]);
    width = units;
  }
  const logit = dense(graph, random, layer, width, 1);
  const flat = graph.node('Reshape', [logit, graph.constant(BigInt64Array.of(-1n), [1])]);
  // Clicks are rare; the shift makes the mean probability so.
  const shifted = graph.node('Add', [flat, graph.constant(Float32Array.of(-3.5), [])]);
  graph.node('Cast', [graph.node('Sigmoid', [shifted])], { to: OnnxType.float }, 'probability');
  return graph.toBytes();
}

function dense(graph: OnnxGraph, random: SeededRandom, input: string, width: number, units: number): string {
  const scale = Math.sqrt(2 / width);
  const weights = Float32Array.from({ length: width * units }, () => random.nextNormal() * scale);
  const bias = graph.constant(new Float32Array(units), [units]);
  return graph.node('Gemm', [input, graph.constant(weights, [width, units]), bias]);
}
