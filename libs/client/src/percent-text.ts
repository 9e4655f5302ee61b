/** A share with its sign, for tables: 0.051 is "+5.1 %". */
export function percentText(share: number): string {
  return `${share >= 0 ? '+' : ''}${(100 * share).toFixed(1)} %`;
}

/** An interval of shares, or why there is none. */
export function rangeText(interval: { low: number; high: number } | { refused: true; reason: string }): string {
  return 'refused' in interval ? interval.reason : `${percentText(interval.low)} .. ${percentText(interval.high)}`;
}
