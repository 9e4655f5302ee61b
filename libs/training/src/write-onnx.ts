import { type Calibration, IDENTITY_CALIBRATION } from './calibration';
import { OnnxGraph, OnnxType } from './onnx-graph';
import type { FactorisationWeights, Weights } from './weights';

/** What an ONNX file is written from; `idCount` is C, the ids a row. */
export interface OnnxModelOptions {
  readonly weights: Weights;
  readonly idCount: number;
  readonly name?: string;
  readonly calibration?: Calibration;
  /** Rate in (0, 1] at which training kept negatives; default 1. */
  readonly negativeSamplingRate?: number;
}

/**
 * Writes a model as ONNX: inputs `ids` int32 [n, C] and `numeric` float [n, M] (each left out when it would be empty),
 * outputs `probability` and `logit`, float [n], with n free. The sampling correction and the calibration are part of
 * the graph, so nothing is corrected again when serving. Throws RangeError for a model without inputs.
 */
export function writeOnnx(options: OnnxModelOptions): Uint8Array {
  const { weights, idCount, calibration = IDENTITY_CALIBRATION, negativeSamplingRate = 1 } = options;
  const graph = new OnnxGraph(options.name ?? 'adlift');
  const numericCount = weights.numeric.length;
  if (idCount === 0 && numericCount === 0) throw new RangeError('the model has no inputs');
  const ids = idCount > 0 ? graph.input('ids', 'int32', ['n', idCount]) : undefined;
  // After the lookup all sums run in double precision: a factorisation machine subtracts nearly equal squares.
  const numeric =
    numericCount > 0
      ? graph.node('Cast', [graph.input('numeric', 'float', ['n', numericCount])], { to: OnnxType.double })
      : undefined;
  graph.output('probability', 'float', ['n']);
  graph.output('logit', 'float', ['n']);

  const raw = weights.kind === 'lr' ? linearTerms(graph, weights, ids, numeric) : fmTerms(graph, weights, ids, numeric);
  const shift = calibration.a * (weights.bias + Math.log(negativeSamplingRate)) + calibration.b;
  const scaled = calibration.a === 1 ? raw : graph.node('Mul', [raw, scalar(graph, calibration.a)]);
  const logit = graph.node('Add', [scaled, scalar(graph, shift)]);
  graph.node('Cast', [logit], { to: OnnxType.float }, 'logit');
  graph.node('Cast', [graph.node('Sigmoid', [logit])], { to: OnnxType.float }, 'probability');
  return graph.toBytes();
}

function linearTerms(graph: OnnxGraph, weights: Weights, ids: string | undefined, numeric: string | undefined): string {
  const table = [weights.w.length];
  const terms = [
    ids && sumFields(graph, graph.node('Gather', [graph.constant(Float32Array.from(weights.w), table), ids])),
    numeric && graph.node('MatMul', [numeric, graph.constant(weights.numeric, [weights.numeric.length])]),
  ];
  return addAll(graph, terms);
}

/** w lies in column 0 of one table beside the k factors, so that one lookup and one sum serve both. */
function fmTerms(
  graph: OnnxGraph,
  weights: FactorisationWeights,
  ids: string | undefined,
  numeric: string | undefined,
): string {
  const width = weights.k + 1;
  const sums: (string | undefined)[] = [];
  const squares: (string | undefined)[] = [];
  if (ids !== undefined) {
    const table = Float32Array.from(joinColumns(weights.w, weights.v, weights.k));
    const rows = graph.node('Gather', [graph.constant(table, [weights.w.length, width]), ids]);
    const wide = graph.node('Cast', [rows], { to: OnnxType.double });
    sums.push(graph.node('ReduceSum', [wide, axisOne(graph)], { keepdims: 0 }));
    squares.push(graph.node('ReduceSum', [graph.node('Mul', [wide, wide]), axisOne(graph)], { keepdims: 0 }));
  }
  if (numeric !== undefined) {
    const table = joinColumns(weights.numeric, weights.vNumeric, weights.k);
    const dims = [weights.numeric.length, width];
    sums.push(graph.node('MatMul', [numeric, graph.constant(table, dims)]));
    const squared = graph.constant(
      table.map((v) => v * v),
      dims,
    );
    squares.push(graph.node('MatMul', [graph.node('Mul', [numeric, numeric]), squared]));
  }
  const sum = addAll(graph, sums);
  const pairs = graph.node('Sub', [graph.node('Mul', [sum, sum]), addAll(graph, squares)]);
  const pickLinear = Float64Array.from({ length: width }, (_, f) => (f === 0 ? 1 : 0));
  const halvePairs = Float64Array.from({ length: width }, (_, f) => (f === 0 ? 0 : 0.5));
  const linear = graph.node('MatMul', [sum, graph.constant(pickLinear, [width])]);
  return graph.node('Add', [linear, graph.node('MatMul', [pairs, graph.constant(halvePairs, [width])])]);
}

function joinColumns(w: Float64Array, v: Float64Array, k: number): Float64Array {
  const joined = new Float64Array(w.length * (k + 1));
  for (let i = 0; i < w.length; i++) {
    joined[i * (k + 1)] = w[i];
    joined.set(v.subarray(i * k, i * k + k), i * (k + 1) + 1);
  }
  return joined;
}

function sumFields(graph: OnnxGraph, gathered: string): string {
  const wide = graph.node('Cast', [gathered], { to: OnnxType.double });
  return graph.node('ReduceSum', [wide, axisOne(graph)], { keepdims: 0 });
}

function addAll(graph: OnnxGraph, terms: readonly (string | undefined)[]): string {
  return terms.filter((term) => term !== undefined).reduce((sum, term) => graph.node('Add', [sum, term]));
}

function axisOne(graph: OnnxGraph): string {
  return graph.constant(BigInt64Array.of(1n), [1]);
}

function scalar(graph: OnnxGraph, value: number): string {
  return graph.constant(Float64Array.of(value), []);
}
