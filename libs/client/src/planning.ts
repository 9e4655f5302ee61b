/** What `POST /v1/planning/power` is asked; everything has a default. */
export interface PowerQuestion {
  readonly goal?: 'ctr' | 'conversionRate' | 'rpm' | 'revenuePerUnit';
  readonly mode?: 'sequential' | 'fixed';
  readonly alpha?: number;
  readonly power?: number;
  /** Percent by variant, the control first. */
  readonly weights?: readonly number[];
  /** Percent of all units that take part. */
  readonly rollout?: number;
  /** Days of traffic to learn from. */
  readonly days?: number;
  /** A lift that must not be missed, such as 0.05. */
  readonly effect?: number;
  /** Exposed units in all arms. */
  readonly plannedUnits?: number;
}

/** What an experiment could see. Effects are lifts, 0.05 for 5 %; units are exposed ones of all arms. */
export interface PowerPlan {
  readonly history: { readonly days: number; readonly units: number };
  /** The goal before the experiment, in what the report shows it in. */
  readonly baseline: { readonly metric: string; readonly value: number };
  /** After so many days; null where hardly any unit has come by then. */
  readonly durations: readonly { readonly days: number; readonly units: number; readonly effect: number | null }[];
  /** What the asked-for lift takes; no number of days within ten years is null. Null where none was asked for. */
  readonly forEffect: { readonly effect: number; readonly units: number; readonly days: number | null } | null;
  readonly forUnits: { readonly units: number; readonly effect: number | null; readonly days: number | null } | null;
}

/** What `POST /v1/planning/aa` is asked; everything has a default. */
export interface AaQuestion {
  readonly alpha?: number;
  readonly weights?: readonly number[];
  readonly days?: number;
  readonly replays?: number;
  readonly seed?: number;
}

/** How often each metric sees a difference where there is none, on the traffic of the last days. */
export interface AaReport {
  readonly history: { readonly days: number; readonly units: number };
  readonly replays: number;
  readonly alpha: number;
  readonly metrics: readonly AaMetric[];
}

/** Shares of the replays in which anything could be inferred. */
export interface AaMetric {
  readonly metric: string;
  readonly inferred: number;
  /** Rejected by the fixed test, with its 99 % interval (Wilson); null without any replay. */
  readonly fixed: { readonly rate: number; readonly low: number; readonly high: number } | null;
  /** Rejected by the confidence sequence, looked at once. */
  readonly sequential: { readonly rate: number; readonly low: number; readonly high: number } | null;
  /** Whether neither interval lies above alpha. */
  readonly ok: boolean;
}
