import { OnnxGraph } from '@adlift/training';

/** Trees of one split each, over [price, hour, site code]; a NaN goes to the left where `left` says so. */
const SPLITS = [
  { feature: 0, at: 2.5, weights: [-0.8, 0.7], left: 1 },
  { feature: 1, at: 12.5, weights: [0.3, -0.4], left: 0 },
  { feature: 2, at: 0.5, weights: [-0.2, 0.9], left: 1 },
] as const;
const BASE = -1.5;

/** What `writeTrees` makes of a row: a sum of leaves through a sigmoid. */
export function treeProbability(row: readonly number[]): number {
  const leaf = ({ feature, at, weights, left }: (typeof SPLITS)[number]): number => {
    const value = row[feature] ?? NaN;
    return weights[Number.isNaN(value) ? 1 - left : value <= at ? 0 : 1];
  };
  return 1 / (1 + Math.exp(-SPLITS.reduce((sum, split) => sum + leaf(split), BASE)));
}

/**
 * A gradient-boosted classifier as exporters of tree libraries write it: one packed input `X` float [N, 3], `label`
 * int64 [N] and `probabilities`, a float tensor [N, 2], or behind a ZipMap a sequence of maps.
 */
export function writeTrees(options: { readonly zipMap?: boolean; readonly rows?: number } = {}): Uint8Array {
  const graph = new OnnxGraph('trees');
  const rows = options.rows ?? 'N';
  graph.input('X', 'float', [rows, 3]);
  const nodes = SPLITS.flatMap((split, tree) => [
    { tree, node: 0, mode: 'BRANCH_LEQ', ...split, truth: 1, lie: 2 },
    ...[1, 2].map((node) => ({ tree, node, mode: 'LEAF', feature: 0, at: 0, left: 0, truth: 0, lie: 0 })),
  ]);
  const leaves = SPLITS.flatMap(({ weights }, tree) => weights.map((weight, i) => ({ tree, node: i + 1, weight })));
  const scores = options.zipMap === true ? 'scores' : 'probabilities';
  graph.mlNode(
    'TreeEnsembleClassifier',
    ['X'],
    {
      nodes_treeids: nodes.map(({ tree }) => tree),
      nodes_nodeids: nodes.map(({ node }) => node),
      nodes_featureids: nodes.map(({ feature }) => feature),
      nodes_values: { floats: nodes.map(({ at }) => at) },
      nodes_hitrates: { floats: nodes.map(() => 1) },
      nodes_modes: { texts: nodes.map(({ mode }) => mode) },
      nodes_truenodeids: nodes.map(({ truth }) => truth),
      nodes_falsenodeids: nodes.map(({ lie }) => lie),
      nodes_missing_value_tracks_true: nodes.map(({ left }) => left),
      class_treeids: leaves.map(({ tree }) => tree),
      class_nodeids: leaves.map(({ node }) => node),
      class_ids: leaves.map(() => 0),
      class_weights: { floats: leaves.map(({ weight }) => weight) },
      classlabels_int64s: [0, 1],
      base_values: { floats: [BASE] },
      post_transform: { text: 'LOGISTIC' },
    },
    ['label', scores],
  );
  graph.output('label', 'int64', [rows]);
  if (options.zipMap === true) {
    graph.mlNode('ZipMap', [scores], { classlabels_int64s: [0, 1] }, ['probabilities']);
    graph.outputMaps('probabilities');
  } else {
    graph.output('probabilities', 'float', [rows, 2]);
  }
  return graph.toBytes();
}

/** Hours that the table of `writeNetwork` knows. */
export const NETWORK_HOURS = 24;

/**
 * A network with an input for each feature: `site` string [n, 1], `hour` int64 [n], `price` double [n, 1]. Its output
 * `click_logit` is double [n, 1], and `ctr` the same through a sigmoid, float [n].
 */
export function writeNetwork(): Uint8Array {
  const graph = new OnnxGraph('network');
  graph.input('site', 'string', ['n', 1]);
  graph.input('hour', 'int64', ['n']);
  graph.input('price', 'double', ['n', 1]);
  graph.output('click_logit', 'double', ['n', 1]);
  graph.output('ctr', 'float', ['n']);
  const labels = { keys_strings: { texts: ['news', 'été'] }, values_int64s: [0, 1], default_int64: 2 };
  graph.mlNode('LabelEncoder', ['site'], labels, ['code']);
  const site = graph.node('Gather', [graph.constant(Float64Array.of(-2, 0.5, -1), [3]), 'code']);
  const hours = Float64Array.from({ length: NETWORK_HOURS }, (_, hour) => Math.sin(hour) - 1);
  const hour = graph.node('Gather', [graph.constant(hours, [NETWORK_HOURS, 1]), 'hour']);
  const price = graph.node('Mul', ['price', graph.constant(Float64Array.of(-0.125), [])]);
  graph.node('Add', [graph.node('Add', [site, hour]), price], {}, 'click_logit');
  const flat = graph.node('Reshape', ['click_logit', graph.constant(BigInt64Array.of(-1n), [1])]);
  graph.node('Cast', [graph.node('Sigmoid', [flat])], { to: 1 }, 'ctr');
  return graph.toBytes();
}

/** Two class logits from one number, for a softmax that is not part of the graph: `x` float [n, 1], `y` float [n, 2]. */
export function writeTwoLogits(): Uint8Array {
  const graph = new OnnxGraph('logits');
  graph.input('x', 'float', ['n', 1]);
  graph.output('y', 'float', ['n', 2]);
  graph.node('MatMul', ['x', graph.constant(Float32Array.of(0.25, -0.75), [1, 2])], {}, 'y');
  return graph.toBytes();
}
