import type { MomentSum } from '@adlift/ledger';
import type { MetricDefinition } from './metric-definition';

type Direction = MetricDefinition['direction'];

/** CTR, conversions per click, revenue per mille, revenue per exposed unit: what every report shows. */
export const CLASSIC_METRICS: readonly MetricDefinition[] = [
  ratio('ctr', 'clicks', 'impressions', 'up', 'Clicks per impression'),
  ratio('conversionRate', 'conversions', 'clicks', 'up', 'Conversions per click'),
  { ...ratio('rpm', 'capped_micros', 'impressions', 'up', 'Revenue per thousand impressions, capped'), per: 1000 },
  mean('revenuePerUnit', 'capped_micros', 'up', 'Revenue per exposed unit, capped'),
];

/**
 * Every metric that is there without being defined. Capped revenue is within the cap of the phase, if it has one. A
 * change of a metric is a further version beside the first.
 */
export const BUILT_IN_METRICS: readonly MetricDefinition[] = [
  ...CLASSIC_METRICS,
  ratio('conversionsPerImpression', 'conversions', 'impressions', 'up', 'Conversions per impression'),
  ratio('revenuePerClick', 'capped_micros', 'clicks', 'up', 'Revenue per click, capped'),
  ratio('costPerConversion', 'capped_micros', 'conversions', 'down', 'What advertisers pay for a conversion, capped'),
  { ...ratio('rpmUncapped', 'charged_micros', 'impressions', 'up', 'Revenue per thousand impressions'), per: 1000 },
  mean('revenuePerUnitUncapped', 'charged_micros', 'up', 'Revenue per exposed unit'),
  mean('impressionsPerUnit', 'impressions', 'up', 'Impressions per exposed unit'),
  mean('clicksPerUnit', 'clicks', 'up', 'Clicks per exposed unit'),
  mean('conversionsPerUnit', 'conversions', 'up', 'Conversions per exposed unit'),
  mean('hidesPerUnit', 'hides', 'down', 'Hidden ads per exposed unit'),
  ratio('hideRate', 'hides', 'impressions', 'down', 'Hidden ads per impression'),
  ratio('fallbackShare', 'fallback_impressions', 'impressions', 'down', 'Share of impressions from fallback answers'),
  share('unitsReached', 'impressions', 'up', 'Share of exposed units that saw an impression'),
  share('unitsClicking', 'clicks', 'up', 'Share of exposed units that clicked'),
  share('unitsConverting', 'conversions', 'up', 'Share of exposed units that converted'),
  share('unitsPaying', 'charged_micros', 'up', 'Share of exposed units that brought revenue'),
  share('unitsHiding', 'hides', 'down', 'Share of exposed units that hid an ad'),
  share('unitsWithFallback', 'fallback_impressions', 'down', 'Share of exposed units with a fallback answer'),
];

/** A total over a total. */
function ratio(
  name: string,
  numerator: MomentSum,
  denominator: MomentSum,
  direction: Direction,
  description: string,
): MetricDefinition {
  return { name, version: 1, kind: 'ratio', numerator, denominator, per: 1, direction, description };
}

/** A total per exposed unit, those with nothing included. */
function mean(name: string, numerator: MomentSum, direction: Direction, description: string): MetricDefinition {
  return { name, version: 1, kind: 'mean', numerator, per: 1, direction, description };
}

/** The exposed units that have any. */
function share(name: string, numerator: MomentSum, direction: Direction, description: string): MetricDefinition {
  return { name, version: 1, kind: 'share', numerator, per: 1, direction, description };
}
