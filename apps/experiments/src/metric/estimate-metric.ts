import { estimateArm, estimateProportion, type ArmEstimate, type ArmSums, type Refusal } from '@adlift/statistics';
import type { MomentSum } from '@adlift/ledger';
import { scaleOf, type MetricDefinition } from './metric-definition';

/** A row of moments by column name, every number as text. */
export type MomentsRow = Readonly<Record<string, string>>;

/** The exact sums of a metric in an arm; those of the metric's units that have any, for a share. */
export function sumsOf(row: MomentsRow, { kind, numerator, denominator }: MetricDefinition): ArmSums {
  if (kind !== 'share') return armSums(row, numerator, denominator);
  const having = exact(row, `nonzero_${numerator}`);
  const none = { sumD: 0n, sumDD: 0n, sumMD: 0n };
  return { units: exact(row, 'units'), sumM: having, sumMM: having, unitsWithM: having, ...none };
}

/** The sums of numerator `m` and denominator `d`, exact integers. */
export function armSums(row: MomentsRow, m: MomentSum, d?: MomentSum): ArmSums {
  return {
    units: exact(row, 'units'),
    sumM: exact(row, `sum_${m}`),
    sumD: d === undefined ? 0n : exact(row, `sum_${d}`),
    sumMM: exact(row, `product_${m}_${m}`),
    sumDD: d === undefined ? 0n : exact(row, `product_${d}_${d}`),
    sumMD: d === undefined ? 0n : exact(row, `product_${m}_${d}`),
    unitsWithM: exact(row, `nonzero_${m}`),
  };
}

/** The metric in one arm; `scale` goes from what the sums are kept in to what is shown. */
export function estimateMetric(
  metric: MetricDefinition,
  sums: ArmSums,
  scale = scaleOf(metric),
): ArmEstimate | Refusal {
  return metric.kind === 'share' ? estimateProportion(sums) : estimateArm(metric.kind, sums, scale);
}

const exact = (row: MomentsRow, column: string): bigint => BigInt(row[column] ?? 0);
