import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Repeating } from '@adlift/background';
import { observe } from '@adlift/telemetry';
import { PREDICTOR_CONFIG, type PredictorEnvironment } from '../predictor-config';
import { AdCatalogue } from './ad-catalogue';
import { AdStore } from './ad-store';
import { CatalogueReader, type ChangeCursor } from './catalogue-reader';
import { CatalogueSnapshot } from './catalogue-snapshot';

/** A catalogue that changes all the time is written to disk this often. */
const SNAPSHOT_EVERY_MS = 30_000;

/** What `GET /v1/status` says of the catalogue. */
export interface CatalogueState {
  readonly version: number;
  readonly ads: number;
  /** When the database last said that this is its newest version; null before it ever did. */
  readonly refreshedAt: string | null;
  readonly lastError: string | null;
}

/** Keeps the {@link AdCatalogue} at the newest version of the database, and a copy of it on disk. */
@Injectable()
export class CatalogueMirror implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('catalogue');
  private readonly following = new Repeating({
    turn: async (ending) => {
      await this.refresh(ending);
      this.refreshedAt = new Date();
      this.lastError = undefined;
      if (Date.now() - this.savedAt >= SNAPSHOT_EVERY_MS) await this.save();
      return this.config.MODEL_REFRESH_MS;
    },
    failed: ({ message }, again) => {
      if (!again) this.logger.warn(`stays at version ${this.catalogue.version}, will try again: ${message}`);
      this.lastError = message;
      return this.config.MODEL_REFRESH_MS;
    },
  });
  private restoring: Promise<void> | undefined;
  private store = new AdStore();
  /** Of the catalogue that the store comes from; '' before there is one. */
  private id = '';
  /** Every change up to here is in the store, staged or shown. */
  private cursor: ChangeCursor = { version: 0, adId: '' };
  private saved = '';
  private savedAt = -Infinity;
  private refreshedAt: Date | undefined;
  private lastError: string | undefined;

  constructor(
    @Inject(PREDICTOR_CONFIG) private readonly config: PredictorEnvironment,
    private readonly catalogue: AdCatalogue,
    private readonly reader: CatalogueReader,
    private readonly snapshot: CatalogueSnapshot,
  ) {}

  /** Whether the database was asked once, with or without success. */
  get tried(): boolean {
    return this.refreshedAt !== undefined || this.lastError !== undefined;
  }

  state(): CatalogueState {
    return {
      version: this.catalogue.version,
      ads: this.catalogue.size,
      refreshedAt: this.refreshedAt?.toISOString() ?? null,
      lastError: this.lastError ?? null,
    };
  }

  onApplicationBootstrap(): void {
    const started = Date.now();
    observe('adlift_catalogue_version', 'Version of the ad catalogue in memory', () => [[this.catalogue.version, {}]]);
    observe('adlift_catalogue_ads', 'Ads of the catalogue in memory', () => [[this.catalogue.size, {}]]);
    observe('adlift_catalogue_age_seconds', 'Time since the catalogue in memory was known to be the newest', () => [
      [(Date.now() - (this.refreshedAt?.getTime() ?? started)) / 1000, {}],
    ]);
    this.restoring = this.restore().then(() => this.following.start());
  }

  async onApplicationShutdown(): Promise<void> {
    await this.restoring;
    await this.following.end();
    await this.save();
  }

  private async restore(): Promise<void> {
    try {
      const found = await this.snapshot.load();
      if (found === undefined) return;
      const { identity, store } = found;
      this.take(identity.id, store, identity.version);
      this.saved = this.identity;
    } catch (error) {
      this.logger.warn(`starts without its copy on disk: ${(error as Error).message}`);
    }
  }

  private async refresh(ending: AbortSignal): Promise<void> {
    const { id, version } = await this.reader.state();
    // Another id or an older version: the database is not the one that this copy came from, or was set back.
    if (id !== this.id || version < this.catalogue.version) await this.rebuild(id, version, ending);
    else if (version > this.catalogue.version) await this.follow(version, ending);
  }

  /** Reads everything into a new store, which nobody sees before it is complete. */
  private async rebuild(id: string, version: number, ending: AbortSignal): Promise<void> {
    const store = new AdStore();
    for await (const page of this.reader.asOf(version)) {
      if (ending.aborted) return;
      for (const ad of page) store.stage(ad);
      store.commit();
    }
    this.take(id, store, version);
    this.logger.log(`loaded version ${version} with ${store.size} ads`);
  }

  /** Reads what is new, and shows it version by version. What is staged when a page fails stays for the next time. */
  private async follow(version: number, ending: AbortSignal): Promise<void> {
    for await (const page of this.reader.changes(this.cursor, version)) {
      if (ending.aborted) return;
      for (const ad of page) {
        if (ad.version > this.cursor.version) this.show(this.cursor.version);
        if (ad.removed) this.store.stageRemoval(ad.adId);
        else this.store.stage(ad);
        this.cursor = ad;
      }
    }
    this.show(version);
  }

  private take(id: string, store: AdStore, version: number): void {
    this.id = id;
    this.store = store;
    // No id is empty, so this is where the next version begins.
    this.cursor = { version: version + 1, adId: '' };
    this.show(version);
  }

  private show(version: number): void {
    this.store.commit();
    this.catalogue.show(this.store, version);
  }

  private get identity(): string {
    return `${this.id} ${this.catalogue.version}`;
  }

  /** A disk that takes no copy must not stop the catalogue from following. */
  private async save(): Promise<void> {
    if (this.id === '' || this.saved === this.identity || this.store.pending > 0) return;
    const { identity } = this;
    try {
      await this.snapshot.save({ id: this.id, version: this.catalogue.version }, this.store);
      this.saved = identity;
    } catch (error) {
      this.logger.warn(`could not write its copy to disk: ${(error as Error).message}`);
    }
    this.savedAt = Date.now();
  }
}
