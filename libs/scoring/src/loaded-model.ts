import { compileEncoder } from '@adlift/features';
import { InferenceSession } from 'onnxruntime-node';
import { BundleError } from './bundle-error';
import { bundleFile, readBundleFile, verifyBundleFolder } from './bundle-folder';
import { checkGoldenInputs, checkGoldenPredictions, joinRequests, parseGoldenFile } from './golden-requests';
import { clampIds, guardOutputs, outputWidth } from './guard-outputs';
import { allocateRound } from './input-rows';
import type { Manifest } from './manifest';
import type { ModelShape } from './model-shape';
import { RoundView } from './round-view';
import { SESSION_OPTIONS } from './session-options';

const WARM_UP_RUNS = 20;

/** A verified model with its ONNX session; it lives in a scoring thread. */
export class LoadedModel {
  private constructor(
    private readonly session: InferenceSession,
    private readonly manifest: Manifest,
    readonly shape: ModelShape,
    private readonly tableSize: number,
  ) {}

  /**
   * Verifies the bundle in `folder`, replays its golden requests from raw columns to probabilities, and warms the
   * session up. Throws BundleError; nothing stays loaded then.
   */
  static async open(digest: string, folder: string): Promise<LoadedModel> {
    const manifest = verifyBundleFolder(folder, digest);
    const encoder = compileEncoder(manifest.features);
    const golden = parseGoldenFile(readBundleFile(folder, manifest, manifest.goldenFile));
    checkGoldenInputs(encoder, golden);

    const session = await createSession(bundleFile(folder, manifest.files[manifest.modelFile]?.sha256 ?? ''));
    const shape = {
      idCount: encoder.idCount,
      numericCount: encoder.numericCount,
      outputWidth: outputWidth(manifest.output),
    };
    const model = new LoadedModel(session, manifest, shape, encoder.tableSize);
    try {
      const batch = joinRequests(golden.requests);
      const round = new RoundView(allocateRound(shape, batch.n));
      round.ids.set(batch.ids);
      round.numeric.set(batch.numeric);
      await model.replay(round, batch.n);
      checkGoldenPredictions(golden, round.probability);
      for (let i = 0; i < WARM_UP_RUNS; i++) await model.run(round, batch.n);
      return model;
    } catch (error) {
      await session.release();
      throw error;
    }
  }

  /** Scores the first `n` rows of a round into its probabilities. */
  async run(round: RoundView, n: number): Promise<void> {
    clampIds(round.ids, n * this.shape.idCount, this.tableSize);
    const { feeds, fetches } = round.tensors(this.manifest, this.shape, n);
    await this.session.run(feeds, fetches);
    guardOutputs(this.manifest.output, round.output, n, round.probability);
  }

  private async replay(round: RoundView, n: number): Promise<void> {
    try {
      await this.run(round, n);
    } catch (error) {
      const fault = error instanceof Error ? error.message : String(error);
      throw new BundleError('BUNDLE_MODEL_INVALID', `${this.manifest.modelFile}: ${fault}`, { cause: error });
    }
  }
}

async function createSession(file: string): Promise<InferenceSession> {
  try {
    // From the file, so that no copy of a large model waits for this thread's garbage collector.
    return await InferenceSession.create(file, SESSION_OPTIONS);
  } catch (error) {
    const fault = error instanceof Error ? error.message : String(error);
    throw new BundleError('BUNDLE_MODEL_INVALID', `the model does not load: ${fault}`, { cause: error });
  }
}
