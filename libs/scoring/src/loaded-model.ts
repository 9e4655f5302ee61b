import { compileEncoder, type Encoder } from '@adlift/features';
import type { InferenceSession } from 'onnxruntime-node';
import { BundleError } from './bundle-error';
import { bundleFile, readBundleFile, verifyBundleFolder } from './bundle-folder';
import { checkOutputKind } from './check-output';
import { checkSignature } from './check-signature';
import {
  checkGoldenInputs,
  checkGoldenPredictions,
  goldenColumns,
  type GoldenFile,
  parseGoldenFile,
} from './golden-requests';
import { clampIds, guardOutputs } from './guard-outputs';
import { allocateRound, InputRows, type RoundTexts } from './input-rows';
import { sessionValues } from './inspect-model';
import type { Manifest } from './manifest';
import { modelShape, type ModelShape } from './model-shape';
import { openSession } from './open-session';
import { RoundView } from './round-view';

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
   * Verifies the bundle in `folder`, holds the model against its manifest, replays the golden requests from raw columns
   * to probabilities, and warms the session up. Throws BundleError; nothing stays loaded then.
   */
  static async open(digest: string, folder: string): Promise<LoadedModel> {
    const manifest = verifyBundleFolder(folder, digest);
    const encoder = compileEncoder(manifest.features, manifest.inputs.tensors);
    const golden = parseGoldenFile(readBundleFile(folder, manifest, manifest.goldenFile));
    checkGoldenInputs(encoder, golden);

    // From the file, so that no copy of a large model waits for this thread's garbage collector.
    const session = await openSession(bundleFile(folder, manifest.files[manifest.modelFile]?.sha256 ?? ''));
    try {
      checkSignature(sessionValues(session), manifest);
      const model = new LoadedModel(session, manifest, modelShape(manifest, encoder), encoder.tableSize);
      await model.replay(encoder, golden);
      return model;
    } catch (error) {
      await session.release();
      throw error;
    }
  }

  /** Scores the first `n` rows of a round into its probabilities; `texts` are those of a model that takes texts. */
  async run(round: RoundView, n: number, texts?: RoundTexts): Promise<void> {
    clampIds(round.ids, n * this.shape.idCount, this.tableSize);
    const { feeds, fetches } = round.tensors(this.manifest, n, texts);
    await this.session.run(feeds, fetches);
    guardOutputs(this.manifest.output, round.output, n, round.probability);
  }

  private async replay(encoder: Encoder, golden: GoldenFile): Promise<void> {
    const n = golden.requests.reduce((sum, request) => sum + request.n, 0);
    const memory = allocateRound(this.shape, n);
    const inputs = new InputRows(this.shape, memory);
    let at = 0;
    for (const request of golden.requests) {
      inputs.encode(encoder, goldenColumns(request), request.n, at, new Uint8Array(request.n));
      at += request.n;
    }
    const round = new RoundView(this.shape, memory);
    const texts = inputs.texts(n);
    await this.firstRun(round, n, texts);
    checkOutputKind(this.manifest.output, round.output, n);
    checkGoldenPredictions(golden, round.probability);
    for (let i = 0; i < WARM_UP_RUNS; i++) await this.run(round, n, texts);
  }

  private async firstRun(round: RoundView, n: number, texts: RoundTexts | undefined): Promise<void> {
    try {
      await this.run(round, n, texts);
    } catch (error) {
      const fault = error instanceof Error ? error.message : String(error);
      throw new BundleError('BUNDLE_MODEL_INVALID', `${this.manifest.modelFile}: ${fault}`, { cause: error });
    }
  }
}
