/**
 * Sums of an exposed unit that metrics are made of; `capped_micros` is `charged_micros` within the phase's cap,
 * `predicted_clicks_e9` the click probabilities of its impressions.
 */
export const MOMENT_SUMS = [
  'impressions',
  'clicks',
  'conversions',
  'hides',
  'fallback_impressions',
  'charged_micros',
  'capped_micros',
  'predicted_clicks_e9',
] as const;

export type MomentSum = (typeof MOMENT_SUMS)[number];

/** Numerator and denominator of the ratios whose products are kept, so that their noise can be told. */
export const RATIO_SUMS: readonly (readonly [numerator: MomentSum, denominator: MomentSum])[] = [
  ...MOMENT_SUMS.filter((sum) => sum !== 'impressions' && sum !== 'predicted_clicks_e9').map(
    (sum): [MomentSum, MomentSum] => [sum, 'impressions'],
  ),
  ['conversions', 'clicks'],
  ['predicted_clicks_e9', 'clicks'],
  ['capped_micros', 'clicks'],
  ['capped_micros', 'conversions'],
];

/** Products whose sums over units give variances, and covariances of a metric's numerator and denominator. */
const PRODUCTS: readonly (readonly [MomentSum, MomentSum])[] = [
  ...MOMENT_SUMS.map((sum): [MomentSum, MomentSum] => [sum, sum]),
  ...RATIO_SUMS,
];

/**
 * Columns of exp_moments beside its key, each with its SQL over rows of one exposed unit's sums, weighted by `sign`:
 * +1 for what is, -1 for what was.
 */
export const MOMENT_COLUMNS: ReadonlyMap<string, string> = new Map([
  ['units', 'sum(sign)'],
  ...MOMENT_SUMS.flatMap((sum): [string, string][] => [
    [`sum_${sum}`, `coalesce(sum(sign * ${sum}) FILTER (WHERE ${sum} <> 0), 0)`],
    [`nonzero_${sum}`, `coalesce(sum(sign) FILTER (WHERE ${sum} <> 0), 0)`],
  ]),
  ...PRODUCTS.map(([a, b]): [string, string] => [
    `product_${a}_${b}`,
    `coalesce(sum(sign * ${a}::numeric * ${b}) FILTER (WHERE ${a} <> 0 AND ${b} <> 0), 0)`,
  ]),
]);

/** SQL of an amount within the cap of the phase `p`, on both sides; without a cap as it is. */
export function cappedWithin(p: string, amount: string): string {
  return `CASE WHEN ${p}.revenue_cap_micros IS NULL THEN ${amount}
    ELSE greatest(-${p}.revenue_cap_micros, least(${p}.revenue_cap_micros, ${amount})) END`;
}

/** `charged_micros` within the cap of the phase `p`. */
export const CAPPED = cappedWithin('p', 'charged_micros');
