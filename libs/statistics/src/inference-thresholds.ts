import type { ArmSums } from './arm-sums';
import { refuse, type Refusal } from './refusal';

/** Units with a non-zero numerator that every arm needs before a sequential bound is shown. */
export const MINIMUM_NONZERO_UNITS = 50n;

/**
 * Units with a non-zero amount that every arm needs when the metric is money, capped or not: amounts are skewed, and in
 * a small arm of few payers a cap alone leaves too many false alarms (5.8 % of A/A runs split 90/10 and watched over 50
 * peeks, nearly all calling the small arm worse).
 */
export const MINIMUM_PAYERS = 200n;

/**
 * Undefined when both arms have enough units with a non-zero numerator for normal approximations to hold, else the
 * refusal to show. `money` asks for the stricter count that amounts need.
 */
export function enoughForBounds(
  controlSums: ArmSums,
  treatmentSums: ArmSums,
  { money }: { money: boolean },
): Refusal | undefined {
  const fewest = controlSums.unitsWithM < treatmentSums.unitsWithM ? controlSums.unitsWithM : treatmentSums.unitsWithM;
  if (fewest < MINIMUM_NONZERO_UNITS) {
    return refuse(
      'too_few_nonzero_units',
      `Every arm needs ${MINIMUM_NONZERO_UNITS} units with a non-zero outcome, the smallest has ${fewest}.`,
    );
  }
  if (money && fewest < MINIMUM_PAYERS) {
    return refuse('too_few_payers', `Every arm needs ${MINIMUM_PAYERS} payers, the smallest has ${fewest}.`);
  }
  return undefined;
}
