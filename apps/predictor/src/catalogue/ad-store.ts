import { AdIndex } from './ad-index';
import type { AdRecord } from './ad-record';
import { NumberFeature, TextFeature, type FeatureColumn } from './feature-column';
import { TextDictionary } from './text-dictionary';

/** The row of every ad that is not in the store: it has no values. */
export const UNKNOWN_AD = 0;

const INITIAL_ROWS = 1024;
/** Rows cleared with each change that is staged: more than a change retires, so that they never pile up. */
const SWEEP = 2;

/**
 * Ads by id, their features as columns. A change is staged into a row of its own, as slowly as the event loop likes;
 * {@link commit} only turns ids to their new rows, so that a reader sees whole versions and nobody waits for long. Rows
 * left behind are cleared along with later changes and used again.
 */
export class AdStore {
  private readonly index = new AdIndex();
  private readonly columns = new Map<string, FeatureColumn>();
  private readonly campaigns = new TextDictionary();
  private readonly landingUrls: string[] = [''];
  private campaignCodes = new Uint32Array(INITIAL_ROWS);
  private readonly freeRows: number[] = [];
  private readonly retiredRows: number[] = [];
  private staged: { adId: string; row: number }[] = [];
  private kindChanged = false;
  private shown: readonly FeatureColumn[] = [];

  /** Ads that are shown. */
  get size(): number {
    return this.index.size;
  }

  /** Changes that are not shown yet. */
  get pending(): number {
    return this.staged.length;
  }

  /** The columns of the ads that are shown. */
  get features(): readonly FeatureColumn[] {
    return this.shown;
  }

  /** {@link UNKNOWN_AD} for an ad that is not here. */
  row(adId: string): number {
    return this.index.get(adId);
  }

  /** '' when the ad has none. */
  campaign(row: number): string {
    return this.campaigns.text(this.campaignCodes[row]);
  }

  /** '' when the ad has none. */
  landingUrl(row: number): string {
    return this.landingUrls[row];
  }

  stage({ adId, campaignId, landingUrl, features }: AdRecord): void {
    this.sweep(SWEEP);
    const row = this.newRow();
    this.landingUrls[row] = landingUrl;
    this.campaignCodes[row] = campaignId === '' ? 0 : this.campaigns.acquire(campaignId);
    for (const name of Object.keys(features)) {
      const value = features[name];
      this.column(name, typeof value === 'number' ? 'number' : 'text').set(row, value);
    }
    this.staged.push({ adId, row });
  }

  stageRemoval(adId: string): void {
    this.staged.push({ adId, row: UNKNOWN_AD });
  }

  /** Shows everything that was staged, an ad's last change counting. */
  commit(): void {
    for (const { adId, row } of this.staged) {
      const before = row === UNKNOWN_AD ? this.index.delete(adId) : this.index.set(adId, row);
      if (before !== UNKNOWN_AD) this.retiredRows.push(before);
    }
    this.staged = [];
    // Left behind values of the old kind would keep its column beside the new one.
    if (this.kindChanged) this.sweep(Infinity);
    this.kindChanged = false;
    for (const [key, column] of this.columns) if (column.used === 0) this.columns.delete(key);
    this.shown = [...this.columns.values()];
  }

  /** Every ad that is shown. */
  *records(): Generator<AdRecord> {
    for (const [adId, row] of this.index.entries()) {
      const features: Record<string, number | string> = {};
      for (const column of this.shown) {
        const value = column.valueAt(row);
        if (value !== undefined) features[column.name] = value;
      }
      yield { adId, campaignId: this.campaign(row), landingUrl: this.landingUrl(row), features };
    }
  }

  private column(name: string, kind: 'number' | 'text'): FeatureColumn {
    const key = `${kind} ${name}`;
    let column = this.columns.get(key);
    if (column === undefined) {
      const Kind = kind === 'number' ? NumberFeature : TextFeature;
      column = new Kind(name, this.campaignCodes.length);
      this.columns.set(key, column);
      this.kindChanged ||= this.columns.has(`${kind === 'number' ? 'text' : 'number'} ${name}`);
    }
    return column;
  }

  private sweep(most: number): void {
    for (let i = 0; i < most; i++) {
      const row = this.retiredRows.pop();
      if (row === undefined) return;
      for (const column of this.columns.values()) column.clear(row);
      this.campaigns.release(this.campaignCodes[row]);
      this.campaignCodes[row] = 0;
      this.landingUrls[row] = '';
      this.freeRows.push(row);
    }
  }

  private newRow(): number {
    const row = this.freeRows.pop() ?? this.landingUrls.length;
    if (row < this.campaignCodes.length) return row;
    const codes = new Uint32Array(2 * this.campaignCodes.length);
    codes.set(this.campaignCodes);
    this.campaignCodes = codes;
    for (const column of this.columns.values()) column.reserve(codes.length);
    return row;
  }
}
