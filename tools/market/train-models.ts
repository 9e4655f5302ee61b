import { compileEncoder, learnSchema } from '@adlift/features';
import { type Bundle, buildBundle, drawGoldenRequests } from '@adlift/scoring';
import {
  type Dataset,
  encodeDataset,
  type EncodedDataset,
  fitPlatt,
  type OfflineMetrics,
  type OnProgress,
  predictRows,
  servedLogit,
  sigmoid,
  trainFactorisationMachine,
  type TrainingResult,
  trainLogisticRegression,
  weightsToJson,
  writeOnnx,
} from '@adlift/training';
import { makeHistory } from './history';
import { MARKET_FEATURES } from './market-schema';
import type { RankedModel } from './ranked-model';
import type { World } from './world';

const HISTORY_ROWS = 600_000;
const TRAINING_WINDOW = { from: '2026-01-01T00:00:00.000Z', to: '2026-01-31T00:00:00.000Z' };

/** A model trained on the market's history, ready to be served. */
export interface MarketModel extends RankedModel {
  readonly name: string;
  /** `s` and the market's seed. */
  readonly version: string;
  /** On the newest tenth of the rows, before calibration. */
  readonly validation: OfflineMetrics;
  readonly bundle: Bundle;
}

/** `lr` knows main effects only; `fm` learns how segments and sites get on with ads; `cvr` predicts conversions. */
export interface MarketModels {
  readonly lr: MarketModel;
  readonly fm: MarketModel;
  readonly cvr: MarketModel;
}

export type MarketStage = 'history' | 'ctr-lr' | 'ctr-fm' | 'cvr-lr';

export interface MarketTrainingOptions {
  /** Rows of history, default 600,000. */
  readonly rows?: number;
  readonly onProgress?: (stage: MarketStage, done: number, total: number) => void;
}

interface Task {
  readonly world: World;
  readonly name: MarketStage;
  readonly kind: 'ctr' | 'cvr';
  readonly dataset: Dataset;
  readonly train: (encoded: EncodedDataset, onProgress: OnProgress) => TrainingResult;
}

/** Trains the click and conversion models of a market on its history; same world and rows, same bytes. */
export function trainMarketModels(world: World, options: MarketTrainingOptions = {}): MarketModels {
  const { rows = HISTORY_ROWS, onProgress } = options;
  const report =
    (stage: MarketStage): OnProgress =>
    (done, total) =>
      onProgress?.(stage, done, total);
  const { clicks, conversions } = makeHistory(world, rows, report('history'));
  const run = (task: Omit<Task, 'world'>): MarketModel => trainModel({ world, ...task }, report(task.name));
  return {
    lr: run({
      name: 'ctr-lr',
      kind: 'ctr',
      dataset: clicks,
      train: (encoded, progress) => trainLogisticRegression(encoded, { onProgress: progress }),
    }),
    fm: run({
      name: 'ctr-fm',
      kind: 'ctr',
      dataset: clicks,
      train: (encoded, progress) =>
        trainFactorisationMachine(encoded, { seed: world.seed, l2: 2e-3, maxEpochs: 8, onProgress: progress }),
    }),
    cvr: run({
      name: 'cvr-lr',
      kind: 'cvr',
      dataset: conversions,
      train: (encoded, progress) => trainLogisticRegression(encoded, { onProgress: progress }),
    }),
  };
}

function trainModel({ world, name, kind, dataset, train }: Task, onProgress: OnProgress): MarketModel {
  const { schema, baseline } = learnSchema(MARKET_FEATURES, dataset.columns, dataset.n);
  const encoder = compileEncoder(schema);
  const { weights, validation, tail } = train(encodeDataset(dataset, encoder), onProgress);
  const calibration = fitPlatt(tail.logits, dataset.labels.subarray(tail.start));
  const positives = dataset.labels.reduce((sum, label) => sum + label, 0);
  const golden = drawGoldenRequests(encoder, dataset.columns, dataset.n);
  const logits = predictRows(weights, golden.ids, golden.numeric, golden.n);
  const version = `s${world.seed}`;
  const weightFile = weightsToJson(weights);
  const bundle = buildBundle({
    manifest: {
      name,
      version,
      kind,
      createdAt: TRAINING_WINDOW.to,
      features: structuredClone(schema),
      calibration,
      negativeSamplingRate: 1,
      trainingWindow: TRAINING_WINDOW,
      seed: world.seed,
      metrics: { ...validation },
      baseline: {
        baseRate: positives / dataset.n,
        features: structuredClone(baseline),
      },
      licence: 'CC0-1.0',
    },
    model: writeOnnx({ weights, idCount: encoder.idCount, name, calibration }),
    golden,
    probabilities: logits.map((logit) => sigmoid(servedLogit(logit, calibration, 1))),
    attachments: new Map([['weights.json', new TextEncoder().encode(weightFile)]]),
  });
  return { name, version, weightFile, schema, calibration, validation, bundle };
}
