/** Sums of a delta that holds many units, each in an array beside that of the units. */
export const PACKED_SUMS = ['impressions', 'fallback_impressions', 'predicted_clicks_e9', 'charged_micros'] as const;

/** The arrays of such a delta: the units, each once, and their sums in the same order. */
export const PACKED_COLUMNS: readonly string[] = ['units', ...PACKED_SUMS.map((sum) => `${sum}_of`)];
