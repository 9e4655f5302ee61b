const COUNTS = ['exposures', 'impressions', 'clicks', 'conversions', 'hides', 'fallback_impressions'] as const;
const AMOUNTS = ['charged_micros', 'value_micros', 'predicted_clicks_e9'] as const;

/** Counts and exact sums of the kept statistics per unit and per day: money in micros, probabilities in 1e-9. */
export const SUM_COLUMNS = [...COUNTS, ...AMOUNTS] as const;

export type SumColumn = (typeof SUM_COLUMNS)[number];

/**
 * The type of a sum in a single delta, whose events are those of one batch at most. It is summed fastest when it is
 * no wider than that.
 */
export const DELTA_TYPES: Readonly<Record<SumColumn, 'int' | 'bigint'>> = {
  ...(Object.fromEntries(COUNTS.map((column) => [column, 'int'])) as Record<(typeof COUNTS)[number], 'int'>),
  ...(Object.fromEntries(AMOUNTS.map((column) => [column, 'bigint'])) as Record<(typeof AMOUNTS)[number], 'bigint'>),
};
