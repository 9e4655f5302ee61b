import type { MetricKind } from '@adlift/statistics';

/** Columns of the kept sums that metrics are made of. */
export type SumColumn = 'impressions' | 'clicks' | 'conversions' | 'charged_micros';

/** One metric of the report: which sums, how they combine, and the scale from micros and units to what is shown. */
export interface MetricDefinition {
  readonly name: 'ctr' | 'conversionRate' | 'rpm' | 'revenuePerUnit';
  readonly kind: MetricKind;
  readonly numerator: SumColumn;
  /** Absent for a mean over exposed units. */
  readonly denominator?: SumColumn;
  readonly scale: number;
  readonly money: boolean;
}

/** CTR, conversions per click, revenue per thousand impressions, revenue per exposed unit. */
export const METRICS: readonly MetricDefinition[] = [
  { name: 'ctr', kind: 'ratio', numerator: 'clicks', denominator: 'impressions', scale: 1, money: false },
  { name: 'conversionRate', kind: 'ratio', numerator: 'conversions', denominator: 'clicks', scale: 1, money: false },
  { name: 'rpm', kind: 'ratio', numerator: 'charged_micros', denominator: 'impressions', scale: 1e-3, money: true },
  { name: 'revenuePerUnit', kind: 'mean', numerator: 'charged_micros', scale: 1e-6, money: true },
];
