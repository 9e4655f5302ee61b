import { compileEncoder } from '@adlift/features';
import { InferenceSession } from 'onnxruntime-node';
import { BundleError } from './bundle-error';
import { checkGoldenInputs, checkGoldenPredictions, joinRequests, parseGoldenFile } from './golden-requests';
import { clampIds, guardOutputs, outputWidth } from './guard-outputs';
import { type Manifest, readManifest } from './manifest';
import { SlotView } from './slot-view';
import { verifyBundle } from './verify-bundle';
import { allocateSlot, type ModelShape } from './worker-protocol';

const WARM_UP_RUNS = 20;

const SESSION_OPTIONS: InferenceSession.SessionOptions = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
};

/** A verified model with its ONNX session; it lives in a scoring thread. */
export class LoadedModel {
  private constructor(
    private readonly session: InferenceSession,
    private readonly manifest: Manifest,
    readonly shape: ModelShape,
    private readonly tableSize: number,
  ) {}

  /**
   * Verifies the bundle, replays its golden requests from raw columns to probabilities, and warms the session up.
   * Throws BundleError; nothing stays loaded then.
   */
  static async open(digest: string, files: ReadonlyMap<string, Uint8Array>): Promise<LoadedModel> {
    const manifest = readManifest(files);
    verifyBundle(files, manifest, digest);
    const encoder = compileEncoder(manifest.features);
    const golden = parseGoldenFile(files.get(manifest.goldenFile) ?? new Uint8Array());
    checkGoldenInputs(encoder, golden);

    const session = await createSession(files.get(manifest.modelFile) ?? new Uint8Array());
    const shape = {
      idCount: encoder.idCount,
      numericCount: encoder.numericCount,
      outputWidth: outputWidth(manifest.output),
    };
    const model = new LoadedModel(session, manifest, shape, encoder.tableSize);
    try {
      const batch = joinRequests(golden.requests);
      const slot = new SlotView(allocateSlot(shape, batch.n));
      slot.ids.set(batch.ids);
      slot.numeric.set(batch.numeric);
      await model.replay(slot, batch.n);
      checkGoldenPredictions(golden, slot.probability);
      for (let i = 0; i < WARM_UP_RUNS; i++) await model.run(slot, batch.n);
      return model;
    } catch (error) {
      await session.release();
      throw error;
    }
  }

  /** Scores `n` rows of a slot into its probabilities; resolves with the number of rows without a finite output. */
  async run(slot: SlotView, n: number): Promise<number> {
    clampIds(slot.ids, n * this.shape.idCount, this.tableSize);
    const { feeds, fetches } = slot.tensors(this.manifest, this.shape, n);
    await this.session.run(feeds, fetches);
    return guardOutputs(this.manifest.output, slot.output, n, slot.probability);
  }

  release(): Promise<void> {
    return this.session.release();
  }

  private async replay(slot: SlotView, n: number): Promise<void> {
    try {
      await this.run(slot, n);
    } catch (error) {
      const fault = error instanceof Error ? error.message : String(error);
      throw new BundleError('BUNDLE_MODEL_INVALID', `${this.manifest.modelFile}: ${fault}`, { cause: error });
    }
  }
}

async function createSession(model: Uint8Array): Promise<InferenceSession> {
  try {
    // The runtime takes ordinary buffers only, and bundles arrive on shared memory.
    return await InferenceSession.create(Uint8Array.from(model), SESSION_OPTIONS);
  } catch (error) {
    const fault = error instanceof Error ? error.message : String(error);
    throw new BundleError('BUNDLE_MODEL_INVALID', `the model does not load: ${fault}`, { cause: error });
  }
}
