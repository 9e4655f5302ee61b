import type { MomentSum } from '@adlift/ledger';
import type { MetricKind } from '@adlift/statistics';

/** One metric of the report: which sums, how they combine, and the scale from micros and units to what is shown. */
export interface MetricDefinition {
  readonly name: 'ctr' | 'conversionRate' | 'rpm' | 'revenuePerUnit';
  readonly kind: MetricKind;
  readonly numerator: MomentSum;
  /** Absent for a mean over exposed units. */
  readonly denominator?: MomentSum;
  readonly scale: number;
  readonly money: boolean;
}

/**
 * CTR, conversions per click, revenue per thousand impressions, revenue per exposed unit. Revenue is within the cap of
 * the phase, if it has one.
 */
export const METRICS: readonly MetricDefinition[] = [
  { name: 'ctr', kind: 'ratio', numerator: 'clicks', denominator: 'impressions', scale: 1, money: false },
  { name: 'conversionRate', kind: 'ratio', numerator: 'conversions', denominator: 'clicks', scale: 1, money: false },
  { name: 'rpm', kind: 'ratio', numerator: 'capped_micros', denominator: 'impressions', scale: 1e-3, money: true },
  { name: 'revenuePerUnit', kind: 'mean', numerator: 'capped_micros', scale: 1e-6, money: true },
];
