export type FeatureKind = 'number' | 'text';

/** What the catalogue holds of an ad; a feature that is missing is left out. */
export interface AdContent {
  readonly adId: string;
  /** '' when the ad has none. */
  readonly campaignId: string;
  /** '' when the ad has none. */
  readonly landingUrl: string;
  readonly features: Readonly<Record<string, number | string>>;
}

/** A number feature or a text feature, by what its values are. */
export function kindOf(value: number | string): FeatureKind {
  return typeof value === 'number' ? 'number' : 'text';
}
