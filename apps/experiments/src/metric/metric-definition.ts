import type { MetricView } from '@adlift/client';
import type { MomentSum } from '@adlift/ledger';

/** One version of a metric: which kept sums, how they combine, and how the result is read. Versions never change. */
export interface MetricDefinition {
  readonly name: string;
  readonly version: number;
  /** `mean`: a total per exposed unit; `ratio`: a total over a total; `share`: of exposed units those that have any. */
  readonly kind: 'mean' | 'ratio' | 'share';
  readonly numerator: MomentSum;
  /** Of a ratio. */
  readonly denominator?: MomentSum;
  /** How many of the denominator it is told for: 1000 for revenue per mille. */
  readonly per: number;
  /** Where better is. */
  readonly direction: 'up' | 'down';
  readonly description: string;
}

/** A metric as designs name it: "rpm", or "rpm@1". */
export interface MetricReference {
  readonly name: string;
  /** Undefined where none is named. */
  readonly version: number | undefined;
}

export function metricReference(text: string): MetricReference {
  const [name = '', version] = text.split('@');
  return { name, version: version === undefined ? undefined : Number(version) };
}

export const referenceText = ({ name, version }: Pick<MetricDefinition, 'name' | 'version'>): string =>
  `${name}@${version}`;

/** Whether it is an amount of money, whose few large payers need more units than counts do. */
export function isMoney({ kind, numerator }: MetricDefinition): boolean {
  return kind !== 'share' && numerator.endsWith('_micros');
}

/** From what the sums are kept in (micros, 1e-9) to what is shown. */
export function scaleOf(metric: MetricDefinition): number {
  if (metric.kind === 'share') return 1;
  if (metric.numerator === 'predicted_clicks_e9') return metric.per / 1e9;
  return isMoney(metric) ? metric.per / 1e6 : metric.per;
}

/** Money in the experiment's currency; a rate or share per one; a number of things. */
export function unitOf(metric: MetricDefinition): MetricView['unit'] {
  if (isMoney(metric)) return 'money';
  return metric.kind === 'mean' || metric.per !== 1 ? 'count' : 'rate';
}
