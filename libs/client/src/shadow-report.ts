import type { Refusal } from '@adlift/statistics';
import type { ExperimentState } from './report';

/** The answer of `GET /v1/experiments/:key/shadow`, of the experiment's present phase. */
export interface ShadowReport {
  readonly experiment: { readonly key: string; readonly state: ExperimentState; readonly phase: number };
  /** One for each shadow and each arm whose answers it was compared with. */
  readonly shadows: readonly ShadowSummary[];
}

/** The click probabilities of a shadow's model beside those that an arm served, for the same candidates. */
export interface ShadowSummary {
  readonly shadow: string;
  /** "name@version". */
  readonly model: string;
  readonly rate: number;
  /** The arm that answered. */
  readonly variant: string;
  readonly predictions: number;
  readonly candidates: number;
  /** Candidates without a finite score of the shadow; all other figures leave them out. */
  readonly notFinite: number;
  /** Over candidates; null without any. */
  readonly meanServed: number | null;
  readonly meanShadow: number | null;
  readonly meanAbsoluteDifference: number | null;
  readonly shown: ShownCandidates;
}

/** Candidates with a valid impression; a click is a valid one. */
export interface ShownCandidates {
  readonly units: number;
  readonly impressions: number;
  readonly clicks: number;
  /**
   * Log-loss of the shadow minus that of what was served, per impression; below 0 the shadow predicts better. The
   * standard error is clustered by unit (delta method over units).
   */
  readonly logLossDifference: { readonly value: number; readonly standardError: number } | Refusal;
  /** Predicted over actual clicks; null without a click. */
  readonly calibration: { readonly served: number | null; readonly shadow: number | null };
}
