/** An ad as `PUT /v1/ads` takes it; null is the same as leaving the feature out. */
export interface AdEntry {
  readonly adId: string;
  readonly campaignId?: string;
  readonly landingUrl?: string;
  readonly features?: Readonly<Record<string, number | string | null>>;
}

/** What became of a change to the ad catalogue: its version now, and how many ads differ from before. */
export interface CatalogueChange {
  readonly catalogueVersion: number;
  readonly changed: number;
}

/** An ad as of a version of the catalogue. */
export interface AdState {
  readonly catalogueVersion: number;
  readonly ad: {
    readonly adId: string;
    /** The catalogue version of the ad's last change. */
    readonly version: number;
    readonly campaignId: string;
    readonly landingUrl: string;
    readonly features: Readonly<Record<string, number | string>>;
    /** ISO 8601. */
    readonly changedAt: string;
  };
}
