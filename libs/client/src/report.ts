import type { Comparison, Refusal } from '@adlift/statistics';
import type { MetricUnit } from './metrics';

export type ExperimentState =
  'draft' | 'ready' | 'scheduled' | 'running' | 'paused' | 'stopping' | 'concluded' | 'archived' | 'aborted';

export type Verdict = 'ship' | 'rollback' | 'keep_running' | 'inconclusive' | 'invalid';

/** The answer of `GET /v1/experiments/:key/report`. Rates per one, money in the experiment's currency. */
export interface Report {
  readonly experiment: {
    readonly key: string;
    readonly state: ExperimentState;
    readonly phase: number;
    readonly currency: string;
    readonly verdict: Verdict;
    /** Machine-readable reasons of the verdict, the checks that failed first. */
    readonly reasons: readonly string[];
  };
  readonly traffic: {
    readonly exposedUnits: number;
    readonly impressions: number;
    readonly clicks: number;
    readonly conversions: number;
  };
  readonly metrics: readonly MetricReport[];
  readonly health: { readonly checks: readonly HealthCheck[] };
  /** What a variant must keep to whatever it earns: one line for each guardrail and variant. */
  readonly guardrails: readonly GuardrailReport[];
  /** The tests that decide, and those that are only shown, each family with its adjusted p-values. */
  readonly families: { readonly goals: readonly FamilyTest[]; readonly secondaries: readonly FamilyTest[] };
  /** What each variant promises, by the goal and by revenue. */
  readonly outlook: readonly VariantOutlook[];
  /**
   * Deltas not yet in these numbers, the last one that is, what predictors last said they hold, and whether an ad server
   * told totals that are not compared yet.
   */
  readonly folding: {
    readonly pendingDeltas: number;
    readonly foldedThrough: string;
    readonly spooled: number;
    readonly totalsWaiting: boolean;
  };
  /** Logged requests that were looked through for leaks and latencies, and the time of the newest (ISO 8601). */
  readonly reviewed: { readonly requests: number; readonly through: string | null };
}

/** What an ad server says it has sent of one arm since the phase began. */
export interface ArmTotals {
  readonly variant: string;
  readonly impressions: number;
  readonly clicks: number;
}

export interface MetricReport {
  /** Its name; a report shows one version of each. */
  readonly metric: string;
  readonly version: number;
  readonly unit: MetricUnit;
  /** Where better is. */
  readonly direction: 'up' | 'down';
  readonly arms: readonly {
    readonly variant: string;
    readonly control: boolean;
    readonly units: number;
    readonly value: number | null;
  }[];
  /** One per variant that is not the control. */
  readonly comparisons: readonly { readonly variant: string; readonly result: Comparison | Refusal }[];
  /** In a report, once counted; decides only where the design says `cuped`. */
  readonly adjusted?: AdjustedReport;
}

/** A metric compared after what its units did before the experiment is taken out (CUPED). */
export interface AdjustedReport {
  /** ISO 8601; what came later is not in it. */
  readonly countedAt: string;
  /** Full days before the experiment that were looked at. */
  readonly days: number;
  /** What is taken out for each of the same metric before, and for a unit that was new; null where nothing can be. */
  readonly theta: { readonly before: number; readonly newUnit: number } | null;
  readonly comparisons: readonly {
    readonly variant: string;
    readonly result: Comparison | Refusal;
    /** Share of the variance of the difference that is gone; null without inference. */
    readonly varianceReduction: number | null;
  }[];
}

/** One metric of one variant against the control, by the design's mode and scale. */
export interface FamilyTest {
  readonly metric: string;
  readonly variant: string;
  /** Why there is no test yet; null where there is one. */
  readonly refusal: string | null;
  /** Always-valid in sequential mode. */
  readonly p: number | null;
  /** By Holm for goals, by Benjamini and Hochberg for secondaries. */
  readonly adjustedP: number | null;
  /** Of the difference, by the metric's direction, where `adjustedP` is at most the design's alpha, else `undecided`. */
  readonly outcome: 'better' | 'worse' | 'undecided';
  /** Of the design's scale, at alpha over the tests of the family; may hold 0 where Holm's method still decides. */
  readonly interval: { readonly low: number; readonly high: number } | null;
}

export interface VariantOutlook {
  readonly variant: string;
  /** Probability that the variant is better by the goal, from its data alone (flat prior); null without inference. */
  readonly chanceToWin: number | null;
  /**
   * More revenue a day if all of the experiment's units had the variant in place of the control, in the currency;
   * null without inference or before a full day has passed.
   */
  readonly revenuePerDay: { readonly expected: number; readonly low: number; readonly high: number } | null;
}

/** A guardrail that is not `ok` in a variant other than the control makes the verdict `rollback`. */
export interface GuardrailReport {
  /** `calibration`, `fallback_share`, `latency`, or `not_worse:` and the metric that the design names. */
  readonly name: string;
  readonly variant: string;
  readonly control: boolean;
  readonly ok: boolean;
  /** False while a metric is not shown to be inside its margin; nothing is shipped before that. */
  readonly proven: boolean;
  /**
   * Predicted over actual clicks, the share of impressions from fallback answers, the 95 % quantile of the latency over
   * the control's, or the lift of the metric; null while it cannot be told.
   */
  readonly value: number | null;
  /** 95 % interval where the guardrail is judged by one. */
  readonly interval: { readonly low: number; readonly high: number } | null;
  readonly detail: string;
}

export interface HealthCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}
