/** Bits of a row's flag byte: what the encoder had to repair in that row. */
export const RowFlag = {
  /** A value is marked missing, its column is absent, or text was given to a numeric feature. */
  MISSING_FEATURE: 1,
  /** A category is outside its vocabulary. */
  UNKNOWN_CATEGORY: 2,
  /** A number is NaN or infinite and was imputed. */
  NON_FINITE: 4,
  /** A number was moved to the nearer clip bound. */
  CLIPPED: 8,
} as const;
