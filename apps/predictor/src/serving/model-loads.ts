import { Injectable, Logger } from '@nestjs/common';
import { compileEncoder, type Encoder } from '@adlift/features';
import { BundleError, ScoringPool, type Manifest } from '@adlift/scoring';
import { latencyHistogram, telemetry } from '@adlift/telemetry';
import { BundleSource, type StoredBundle, type WantedModel } from './bundle-source';
import { retryDelayMs } from './retry-delay';

/** A model that is loaded, verified and warm. */
export interface ServedModel {
  /** "name@version". */
  readonly reference: string;
  readonly digest: string;
  readonly manifest: Manifest;
  readonly encoder: Encoder;
}

/** A loaded model, and how it came to be. */
export interface HeldModel extends ServedModel {
  readonly generation: number;
  readonly since: Date;
  readonly loadMs: number;
}

/** A load under way. */
export interface LoadingModel {
  readonly reference: string;
  readonly digest: string;
  readonly generation: number;
  readonly since: Date;
}

/** A load that failed; `since` is the first failure of the row. */
export interface FailedModel extends LoadingModel {
  readonly reason: string;
  readonly attempts: number;
  readonly retryAt: Date;
}

/** The log and the heartbeat carry reasons, and some come from other services. */
const MAX_REASON_LENGTH = 500;

/** Loads models one at a time off the serving path, and remembers failures so that each is tried again in due time. */
@Injectable()
export class ModelLoads {
  private readonly logger = new Logger('models');
  private readonly seconds = latencyHistogram('adlift_model_load_seconds', 'Time to pull, verify and warm a model');
  private readonly failuresTotal = telemetry().meter.createCounter('adlift_model_load_failures', {
    description: 'Loads of models that failed; each is tried again with growing delays',
  });
  private readonly failures = new Map<string, FailedModel>();
  /** The load under way. */
  current: LoadingModel | undefined;

  constructor(
    private readonly bundles: BundleSource,
    private readonly pool: ScoringPool,
  ) {
    this.failuresTotal.add(0);
  }

  get failed(): readonly FailedModel[] {
    return [...this.failures.values()];
  }

  /** Whether the time has come to load it: for what failed just now it has not, unless a reload was asked for since. */
  isDue(wanted: WantedModel): boolean {
    const failure = this.failures.get(wanted.digest);
    return failure === undefined || failure.generation !== wanted.generation || failure.retryAt.getTime() <= Date.now();
  }

  /** Never rejects: undefined after a failure, which is noted. `held` is what is loaded under this digest already. */
  async load(wanted: WantedModel, held: HeldModel | undefined): Promise<HeldModel | undefined> {
    const { reference, digest, generation } = wanted;
    const since = new Date();
    const started = performance.now();
    this.current = { reference, digest, generation, since };
    try {
      const { manifest } = await this.loadWhole(digest, held !== undefined);
      const encoder = compileEncoder(manifest.features, manifest.inputs.tensors);
      const loadMs = performance.now() - started;
      this.failures.delete(digest);
      this.seconds.record(loadMs / 1000);
      this.logger.log(`loaded ${reference} (${digest}) in ${Math.round(loadMs)} ms`);
      return { reference, digest, manifest, encoder, generation, since: new Date(), loadMs: Math.round(loadMs) };
    } catch (error) {
      this.note(wanted, printable((error as Error).message));
      return undefined;
    } finally {
      this.current = undefined;
    }
  }

  /** Ends the threads of a model that nobody uses any more, and forgets its files. */
  async unload({ reference, digest }: HeldModel): Promise<void> {
    await this.pool.unload(digest);
    await this.bundles.drop(digest);
    this.logger.log(`unloaded ${reference}`);
  }

  /** Forgets failures of what is not wanted any more; what was pulled of it goes too, unless it is loaded. */
  async forgetAllBut(wanted: ReadonlySet<string>, held: ReadonlyMap<string, HeldModel>): Promise<void> {
    for (const digest of [...this.failures.keys()].filter((one) => !wanted.has(one))) {
      this.failures.delete(digest);
      if (!held.has(digest)) await this.bundles.drop(digest);
    }
  }

  /** Loads the bundle, or once more when files of it were damaged on disk and came anew. */
  private async loadWhole(digest: string, anew: boolean): Promise<StoredBundle> {
    const bundle = await this.bundles.bundle(digest);
    const load = (): Promise<unknown> =>
      anew ? this.pool.reload(digest, bundle.folder) : this.pool.load(digest, bundle.folder);
    try {
      await load();
    } catch (error) {
      const damaged = error instanceof BundleError && error.code === 'BUNDLE_FILE_MISMATCH';
      if (!damaged || (await this.bundles.dropDamaged(bundle)) === 0) throw error;
      await this.bundles.bundle(digest);
      await load();
    }
    return bundle;
  }

  close(): Promise<void> {
    return this.pool.close();
  }

  private note({ reference, digest, generation }: WantedModel, reason: string): void {
    const last = this.failures.get(digest);
    if (last?.reason !== reason) this.logger.error(`${reference} (${digest}) not loaded: ${reason}`);
    // A reload begins a new row of failures.
    const before = last?.generation === generation ? last : undefined;
    const attempts = (before?.attempts ?? 0) + 1;
    const since = before?.since ?? new Date();
    const retryAt = new Date(Date.now() + retryDelayMs(attempts));
    this.failuresTotal.add(1);
    this.failures.set(digest, { reference, digest, generation, since, reason, attempts, retryAt });
  }
}

/** As a JSON document of PostgreSQL can hold it. */
function printable(message: string): string {
  return message.slice(0, MAX_REASON_LENGTH).toWellFormed().replaceAll('\0', '�');
}
