/** Counts and exact sums of the kept statistics per unit and per day: money in micros, probabilities in 1e-9. */
export const SUM_COLUMNS = [
  'exposures',
  'impressions',
  'clicks',
  'conversions',
  'hides',
  'fallback_impressions',
  'charged_micros',
  'value_micros',
  'predicted_clicks_e9',
] as const;

export type SumColumn = (typeof SUM_COLUMNS)[number];
