import { parsePlan, type Assignment, type VariantPlan } from '@adlift/assignment';

/** Whose part of every candidate's campaign budget an answer may spend. */
export interface BudgetPart {
  /** "experiment:variant"; empty for units in no arm of an experiment that splits budgets. */
  readonly arm: string;
  /** Share of the budget, (0, 1); 0 where no experiment splits budgets and all of it is there for everyone. */
  readonly share: number;
}

/** Budgets that nobody splits. */
export const WHOLE_BUDGET: BudgetPart = { arm: '', share: 0 };

/** What is told of a part where nothing is left, so that it does not read as a budget that nobody splits; it pays no bid. */
const NOTHING = 1e-9;

/**
 * The part of budgets that is left to units in no arm, where `payloads` of running experiments split them: an arm has
 * what its share of the traffic is, and nobody who is held out is in one. `heldOut` is a share, 0 to 1.
 */
export function restOfBudgets(payloads: readonly ReadonlyMap<string, string>[], heldOut: number): BudgetPart {
  const shares = payloads.flatMap((variants) =>
    Array.from(variants.values(), (payload) => parsePlan(payload)?.budgetShare ?? 0),
  );
  const split = shares.reduce((sum, share) => sum + share, 0);
  return split === 0 ? WHOLE_BUDGET : { arm: '', share: Math.max(NOTHING, 1 - split * (1 - heldOut)) };
}

/** The part of the unit's arm. */
export function budgetOfArm(
  { experiment, assigned }: Assignment,
  { budgetShare = 0 }: VariantPlan,
  heldOut: number,
): BudgetPart {
  return { arm: `${experiment}:${assigned}`, share: budgetShare * (1 - heldOut) };
}
