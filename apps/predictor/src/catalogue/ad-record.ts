/** An ad's content as of one version of the catalogue, as the database and the snapshot on disk hold it. */
export interface AdRecord {
  readonly adId: string;
  readonly campaignId: string;
  readonly landingUrl: string;
  readonly features: Readonly<Record<string, number | string>>;
}
