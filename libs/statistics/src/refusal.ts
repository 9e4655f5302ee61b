/** Why no inference is drawn. */
export type RefusalReason =
  | 'no_units'
  | 'one_unit'
  | 'zero_denominator'
  | 'zero_baseline'
  | 'negative_baseline'
  | 'zero_variance'
  | 'too_few_nonzero_units'
  | 'too_few_payers'
  | 'too_few_units_for_cap'
  | 'too_few_expected_clicks'
  | 'too_few_requests'
  | 'degenerate_rate'
  | 'unbounded_interval';

/** A typed "no inference", returned in place of a number that would mean nothing. */
export interface Refusal {
  readonly refused: true;
  readonly reason: RefusalReason;
  readonly detail: string;
}

/** A refusal for `reason`; `detail` is a sentence for a person. */
export const refuse = (reason: RefusalReason, detail: string): Refusal => ({ refused: true, reason, detail });

/** True when `value` is a refusal and not a result. */
export const isRefusal = (value: unknown): value is Refusal =>
  typeof value === 'object' && value !== null && 'refused' in value && value.refused === true;
