import type { SchemaSpec } from '@adlift/features';

const vocabulary = (name: string, minCount: number) =>
  ({ name, type: 'categorical', encoder: 'vocabulary', minCount }) as const;

/** Main effects of everything that can be observed: the features of both click models and of the conversion model. */
export const MARKET_FEATURES: SchemaSpec = {
  features: [
    vocabulary('segment', 1),
    vocabulary('site', 1),
    vocabulary('device', 1),
    vocabulary('city', 100),
    vocabulary('hour', 1),
    vocabulary('ad_id', 1),
    vocabulary('campaign_id', 1),
    vocabulary('category', 1),
    { name: 'age', type: 'numeric', missingIndicator: true },
    { name: 'session_depth', type: 'numeric', transform: 'log1p' },
  ],
};
