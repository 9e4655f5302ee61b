import { Injectable } from '@nestjs/common';
import { columnLength, MAX_CANDIDATES, type Column, type PredictRequest } from '@adlift/wire';
import { AdStore, UNKNOWN_AD } from './ad-store';

/** The ads that requests are joined with, in memory. */
@Injectable()
export class AdCatalogue {
  private store = new AdStore();
  private shown = 0;
  private readonly rows = new Int32Array(MAX_CANDIDATES);

  /** What {@link join} uses at the moment; 0 before anything was loaded. */
  get version(): number {
    return this.shown;
  }

  /** Number of ads. */
  get size(): number {
    return this.store.size;
  }

  /** From now on `store`, which is at `version`. */
  show(store: AdStore, version: number): void {
    this.store = store;
    this.shown = version;
  }

  /** The ad's landing URL; undefined when the catalogue has none. */
  landingUrl(adId: string): string | undefined {
    const url = this.store.landingUrl(this.store.row(adId));
    return url === '' ? undefined : url;
  }

  /**
   * The request with a column for every feature of the catalogue that it does not carry itself, missing where the ad
   * is unknown, and with campaigns when it has none; the same object when no candidate is known. The request must be
   * valid.
   */
  join(request: PredictRequest): PredictRequest {
    const { store, rows } = this;
    const { n, adIds } = request;
    if (store.size === 0) return request;
    let known = false;
    for (let i = 0; i < n; i++) {
      const row = store.row(adIds[i] ?? '');
      rows[i] = row;
      known ||= row !== UNKNOWN_AD;
    }
    if (!known) return request;
    const columns = new Map<string, Column>(request.columns);
    const memory = new ArrayBuffer(4 * n * store.features.length);
    let offset = 0;
    for (const feature of store.features) {
      const own = columns.get(feature.name);
      if (own !== undefined && columnLength(own) > 0) continue;
      columns.set(feature.name, feature.gather(rows, n, memory, offset));
      offset += 4 * n;
    }
    return { ...request, columns, campaignIds: this.campaigns(request) };
  }

  /** Those of the request, else those of the rows just looked up, else none. */
  private campaigns({ campaignIds, n }: PredictRequest): readonly string[] {
    if (campaignIds.length > 0) return campaignIds;
    const found: string[] = [];
    let any = false;
    for (let i = 0; i < n; i++) {
      const campaign = this.store.campaign(this.rows[i] ?? UNKNOWN_AD);
      found.push(campaign);
      any ||= campaign !== '';
    }
    return any ? found : campaignIds;
  }
}
