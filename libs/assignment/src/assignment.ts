/**
 * Why a unit got what it got. Only `split` is part of an analysis: the others are served but never counted as an arm.
 */
export type AssignmentReason =
  | 'split'
  | 'not_in_experiment'
  | 'no_unit'
  | 'holdout'
  | 'exposure_unlogged'
  | 'flag_unrecorded'
  | 'bad_payload'
  | 'traffic_taken'
  | 'forced';

/** The flag of the global holdout: a unit for which it is on gets no experiment. */
export const HOLDOUT_FLAG = 'adlift.holdout';

/** Where one experiment put one unit. */
export interface Assignment {
  readonly experiment: string;
  /** Traffic between two changes of weights, models or pause; 0 when the unit is not in the experiment. */
  readonly phase: number;
  /** Variant by randomisation; empty when the unit is not in the experiment. */
  readonly assigned: string;
  /** Variant whose model really answered; empty when none of the experiment's did. */
  readonly served: string;
  readonly reason: AssignmentReason;
  /** "sha256:<hex>" of the flag as evaluated, its parent included. */
  readonly flagDigest: string;
}

/** A model that scores a sample of the experiment's requests beside the one that answers. */
export interface ShadowPlan {
  readonly name: string;
  /** Click model as "name@version". */
  readonly ctr: string;
  /** Share of the requests that it scores, (0, 1]. */
  readonly rate: number;
}

/** What a variant's payload asks of the predictor. */
export interface VariantPlan {
  /** Click model as "name@version". */
  readonly ctr: string;
  /** Conversion model as "name@version". */
  readonly cvr?: string;
  /** Share of requests whose order is drawn at random, [0, 1]. */
  readonly explore: number;
  /** ISO 4217; empty takes any. */
  readonly currency: string;
  /** What the experiment randomises; absent for users. */
  readonly unit?: 'session' | 'request';
  /** The experiment's phase at the time the flag was written, from 1. */
  readonly phase: number;
  /** Share of every campaign's budget that the variant may spend, (0, 1]; absent where budgets are shared. */
  readonly budgetShare?: number;
  /** Models that score beside the variant's own; absent when there are none. */
  readonly shadow?: readonly ShadowPlan[];
}

/** An experiment's assignment with the plan to carry out, if the unit is in one of its arms. */
export interface Decision {
  readonly assignment: Assignment;
  readonly plan?: VariantPlan;
}
