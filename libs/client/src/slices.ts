import type { MetricReport } from './report';

/** The answer of `GET /v1/experiments/:key/slices`. */
export interface SliceReport {
  readonly experiment: { readonly key: string; readonly phase: number };
  /** Those that were counted already. */
  readonly dimensions: readonly DimensionReport[];
}

/** An experiment cut by one thing. */
export interface DimensionReport {
  /** `placement`, `campaign`, or `ad`: new since the phase began, or seen before. */
  readonly dimension: string;
  /** ISO 8601; what came later is not in it. */
  readonly countedAt: string;
  /** The largest first, at most 100. */
  readonly slices: readonly Slice[];
}

/** A part of an experiment's traffic. A unit is in every slice in which it has an event. */
export interface Slice {
  readonly value: string;
  readonly impressions: number;
  /**
   * Of the units seen in the slice, chi-square; `ok` allows for the number of slices. A diagnosis, not a fault: an arm
   * that wins more impressions reaches more units.
   */
  readonly sampleRatio: { readonly units: readonly number[]; readonly p: number; readonly ok: boolean };
  readonly metrics: readonly SliceMetric[];
}

/** A metric in a slice; rates only, as the units of a slice are not all that were assigned. */
export interface SliceMetric extends MetricReport {
  /**
   * By variant: p-values of Benjamini and Hochberg over all slices of the dimension and all variants, for this metric;
   * null where nothing can be inferred.
   */
  readonly adjustedP: Readonly<Record<string, number | null>>;
}
