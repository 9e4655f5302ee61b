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
  /** Of a campaign whose budget is split between the arms. */
  readonly spend?: CampaignSpend;
}

/** What a campaign paid in each arm out of its part of the budget, within the phase's cap. A table to look at; the test is the report's. */
export interface CampaignSpend {
  readonly arms: readonly { readonly variant: string; readonly chargedMicros: number }[];
  /** What either arm would have brought with all of the traffic and budget of the experiment, micros. */
  readonly differences: readonly {
    readonly variant: string;
    readonly control: number;
    readonly treatment: number;
    readonly difference: number;
  }[];
}

/** A metric in a slice; rates only, as the units of a slice are not all that were assigned. */
export interface SliceMetric extends MetricReport {
  /**
   * By variant: p-values of Benjamini and Hochberg over all slices of the dimension and all variants, for this metric;
   * null where nothing can be inferred.
   */
  readonly adjustedP: Readonly<Record<string, number | null>>;
}
