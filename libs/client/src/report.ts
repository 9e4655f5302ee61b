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

export interface HealthCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}
