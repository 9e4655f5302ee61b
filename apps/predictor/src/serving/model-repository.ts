import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { compileEncoder, type Encoder } from '@adlift/features';
import { ScoringPool, type Manifest } from '@adlift/scoring';
import { PREDICTOR_CONFIG, type PredictorEnvironment } from '../predictor-config';
import { BundleSource, type ServingSet } from './bundle-source';

/** A model that is loaded, verified and warm. */
export interface ServedModel {
  /** "name@version". */
  readonly reference: string;
  readonly digest: string;
  readonly manifest: Manifest;
  readonly encoder: Encoder;
}

/** Holds what the serving set asks for: pulls, verifies, loads off the serving path, then switches over. */
@Injectable()
export class ModelRepository implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('models');
  private readonly ending = new AbortController();
  private models: ReadonlyMap<string, ServedModel> = new Map();
  private defaults: ServingSet['defaults'] = {};
  private readonly failures = new Map<string, string>();
  private readonly listeners: (() => void)[] = [];
  private running: Promise<void> | undefined;
  /** Whether the serving set has been carried out once. */
  synchronised = false;

  constructor(
    @Inject(PREDICTOR_CONFIG) private readonly config: PredictorEnvironment,
    private readonly bundles: BundleSource,
    private readonly pool: ScoringPool,
  ) {}

  /** Calls `listener` whenever the serving set has been carried out anew, also when nothing changed by that. */
  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** The model by "name@version"; undefined while it is not loaded. */
  find(reference: string | undefined): ServedModel | undefined {
    return reference === undefined ? undefined : this.models.get(reference);
  }

  /** What is loaded, by "name@version". */
  get references(): ReadonlySet<string> {
    return new Set(this.models.keys());
  }

  /** The champions' references, for requests in no experiment. */
  get champions(): ServingSet['defaults'] {
    return this.defaults;
  }

  /** A cheaper click model for when there is little time; undefined when there is none. */
  get light(): ServedModel | undefined {
    return undefined;
  }

  /** The champion before the present one, while it is still loaded. */
  previous(_kind: 'ctr' | 'cvr'): ServedModel | undefined {
    return undefined;
  }

  /** What is loaded, and why what is not is not. */
  state(): { loaded: { reference: string; digest: string }[]; failed: { reference: string; reason: string }[] } {
    return {
      loaded: [...this.models.values()].map(({ reference, digest }) => ({ reference, digest })),
      failed: [...this.failures].map(([reference, reason]) => ({ reference, reason })),
    };
  }

  onApplicationBootstrap(): void {
    this.running = this.run();
  }

  async onApplicationShutdown(): Promise<void> {
    this.ending.abort();
    await this.running;
    await this.pool.close();
  }

  private async run(): Promise<void> {
    let complaint = '';
    while (!this.ending.signal.aborted) {
      try {
        await this.synchronise(await this.bundles.servingSet());
        this.synchronised = true;
        complaint = '';
      } catch (error) {
        const { message } = error as Error;
        if (message !== complaint) this.logger.warn(`no serving set yet: ${message}`);
        complaint = message;
      }
      await delay(this.config.MODEL_REFRESH_MS, undefined, { signal: this.ending.signal }).catch(() => undefined);
    }
  }

  private async synchronise({ models: wanted, defaults }: ServingSet): Promise<void> {
    const next = new Map<string, ServedModel>();
    for (const { name, version, digest } of wanted) {
      const reference = `${name}@${version}`;
      const loaded = this.models.get(reference);
      // A version whose load fails keeps what served before it.
      const model = loaded?.digest === digest ? loaded : ((await this.load(reference, digest)) ?? loaded);
      if (model !== undefined) next.set(reference, model);
    }
    const champions = { ...defaults };
    for (const kind of ['ctr', 'cvr'] as const) {
      const wantedChampion = defaults[kind];
      const before = this.find(this.defaults[kind]);
      // A new champion that does not load leaves the one before it in place.
      if (wantedChampion === undefined || next.has(wantedChampion) || before === undefined) continue;
      champions[kind] = before.reference;
      next.set(before.reference, before);
    }
    const dropped = [...this.models.values()].filter(
      ({ digest }) => ![...next.values()].some((kept) => kept.digest === digest),
    );
    this.models = next;
    this.defaults = champions;
    for (const listener of this.listeners) listener();
    for (const { reference, digest } of dropped) {
      await this.pool.unload(digest);
      await this.bundles.drop(digest);
      this.logger.log(`unloaded ${reference}`);
    }
  }

  private async load(reference: string, digest: string): Promise<ServedModel | undefined> {
    try {
      const { manifest, folder } = await this.bundles.bundle(digest);
      await this.pool.load(digest, folder);
      this.failures.delete(reference);
      this.logger.log(`loaded ${reference} (${digest})`);
      return { reference, digest, manifest, encoder: compileEncoder(manifest.features, manifest.inputs.tensors) };
    } catch (error) {
      const reason = (error as Error).message;
      if (this.failures.get(reference) !== reason) this.logger.error(`${reference} (${digest}) not loaded: ${reason}`);
      this.failures.set(reference, reason);
      return undefined;
    }
  }
}
