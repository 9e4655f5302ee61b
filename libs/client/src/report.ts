import type { Comparison, Refusal } from '@adlift/statistics';

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
  /** Deltas not yet in these numbers, and the last one that is. */
  readonly folding: { readonly pendingDeltas: number; readonly foldedThrough: string };
}

export interface MetricReport {
  readonly metric: string;
  readonly arms: readonly {
    readonly variant: string;
    readonly control: boolean;
    readonly units: number;
    readonly value: number | null;
  }[];
  /** One per variant that is not the control. */
  readonly comparisons: readonly { readonly variant: string; readonly result: Comparison | Refusal }[];
}

/** A guardrail that is not `ok` in a variant other than the control makes the verdict `rollback`. */
export interface GuardrailReport {
  readonly name: 'calibration' | 'fallback_share';
  readonly variant: string;
  readonly control: boolean;
  readonly ok: boolean;
  /** Predicted over actual clicks, or the share of impressions from fallback answers; null while it cannot be told. */
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
