/** A version of a metric as `GET /v1/metrics` lists it; versions never change. */
export interface MetricView {
  readonly name: string;
  readonly version: number;
  /** `mean`: a total per exposed unit; `ratio`: a total over a total; `share`: of exposed units those that have any. */
  readonly kind: 'mean' | 'ratio' | 'share';
  /** A kept sum of each unit, such as `clicks` or `capped_micros`. */
  readonly numerator: string;
  /** Null unless it is a ratio. */
  readonly denominator: string | null;
  /** How many of the denominator it is told for. */
  readonly per: number;
  /** From what the sums are kept in to what is shown. */
  readonly scale: number;
  readonly unit: MetricUnit;
  /** Where better is. */
  readonly direction: 'up' | 'down';
  readonly description: string;
}

/** What a metric's values are: per one, a number of things, or money in the experiment's currency. */
export type MetricUnit = 'rate' | 'count' | 'money';

/** What a metric is defined by; everything that is not given has a default. */
export interface NewMetric {
  readonly name: string;
  readonly kind?: MetricView['kind'];
  readonly numerator: string;
  readonly denominator?: string;
  readonly per?: 1 | 1000;
  readonly direction: MetricView['direction'];
  readonly description: string;
}
