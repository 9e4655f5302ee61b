import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileEncoder, sampleBaseline } from '@adlift/features';
import {
  buildBundle,
  type Bundle,
  checkInputs,
  checkSignature,
  drawGoldenRequests,
  rawProbabilities,
  ScoringPool,
  writeBundleFolder,
} from '@adlift/scoring';
import { extremeRows } from './extreme-rows';
import type { ImportManifest } from './import-manifest';
import type { ModelFile } from './model-file';
import type { Sample } from './sample-file';
import { syntheticRows } from './synthetic-rows';

export interface ImportIdentity {
  readonly name: string;
  readonly version: string;
  readonly kind: 'ctr' | 'cvr';
}

/**
 * Builds the bundle of a foreign model. Golden requests and baseline bins come from the sample; without one, golden
 * requests are made up and there are no bins. Their probabilities come from a session of the model alone. The same
 * arguments give the same digest. Throws BundleError.
 */
export async function importedBundle(
  model: ModelFile,
  { name, version, kind }: ImportIdentity,
  stated: ImportManifest,
  sample: Sample | undefined,
): Promise<Bundle> {
  const { crosses, inputs, output, trainingWindow } = stated;
  const features = { features: stated.features, crosses };
  checkInputs({ features, inputs });
  checkSignature(model.facts, { inputs, output });
  const encoder = compileEncoder(features, inputs.tensors);
  const { columns, n } = sample ?? syntheticRows(stated.features);
  const golden = drawGoldenRequests(encoder, columns, n);
  const requests = [...golden.requests, extremeRows(encoder)];
  const probabilities = (await rawProbabilities(model.bytes, { inputs, output }, requests)).slice(0, golden.n);
  return buildBundle({
    manifest: {
      name,
      version,
      kind,
      // What is imported twice is one version, so nothing in it may tell when that was.
      createdAt: trainingWindow.to,
      features,
      inputs,
      output,
      calibration: { a: 1, b: 0 },
      negativeSamplingRate: stated.negativeSamplingRate,
      trainingWindow,
      seed: 0,
      metrics: stated.metrics,
      baseline: {
        baseRate: stated.baseRate,
        features: sample === undefined ? [] : sampleBaseline(features, columns, n),
      },
      licence: stated.licence,
    },
    model: model.bytes,
    golden,
    probabilities,
  });
}

/** Loads the bundle as a predictor does: a scoring thread verifies, replays and warms it. Throws BundleError. */
export async function replayInPool(bundle: Bundle): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'adlift-import-'));
  const pool = new ScoringPool({ threads: 1 });
  try {
    await pool.load(bundle.digest, writeBundleFolder(root, bundle));
  } finally {
    await pool.close();
    rmSync(root, { recursive: true, force: true });
  }
}
