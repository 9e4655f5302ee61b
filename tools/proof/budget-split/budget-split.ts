import { judgeFigure, judgeShare, requireRuns, type ProofRow } from '../proof-row';
import { simulation } from '../simulation';
import { compareDesigns, type DesignOutcome } from './compare-designs';

const RUNS = 150;
const ALPHA = 0.05;

/** A test of ranking models whose arms share advertisers' budgets, against one that splits them. */
export const budgetSplit = simulation<null, DesignOutcome>({
  about: 'campaign budget split in a first-price market',
  runs: RUNS,
  makeContext: () => null,
  prepare: () => compareDesigns,
  judge: judgeDesigns,
});

/**
 * Judges the designs by their bias: mean lift less mean truth. A bias counts with two Monte-Carlo standard errors on
 * top, against a tenth of the bias of a test by user with shared budgets. Throws RangeError without runs.
 */
export function judgeDesigns(outcomes: readonly DesignOutcome[]): ProofRow[] {
  requireRuns(outcomes);
  const runs = outcomes.length;
  const byUser = biasOf(outcomes.map(({ byUser: { lift }, truth }) => lift - truth));
  const limit = Math.abs(byUser.bias) / 10;
  const small = (name: string, misses: number[]): ProofRow => {
    const { bias, error } = biasOf(misses);
    // The error itself is larger with fewer runs: as much again is allowed for it, and once more for chance.
    const high = runs < RUNS ? limit + 4 * error : limit;
    return judgeFigure(name, Math.abs(bias) + 2 * error, { low: 0, high }, runs, RUNS);
  };
  const share = (
    name: string,
    bounds: { low: number; high: number },
    holds: (run: DesignOutcome) => boolean,
  ): ProofRow => judgeShare({ name, bounds, holds }, outcomes, RUNS);
  return [
    judgeFigure(
      'budgets shared by the arms: the lift that a test by user finds too much',
      byUser.bias,
      { low: 0.05, high: 1 },
      runs,
      RUNS,
    ),
    small(
      'budget split: size of the bias and two Monte-Carlo errors, against a tenth of that',
      outcomes.map(({ split: { lift }, truth }) => lift - truth),
    ),
    small(
      'without budgets, by user: the same',
      outcomes.map(({ byUserWithoutBudgets: { lift }, truthWithoutBudgets: truth }) => lift - truth),
    ),
    small(
      'without budgets, split: the same',
      outcomes.map(({ splitWithoutBudgets: { lift }, truthWithoutBudgets: truth }) => lift - truth),
    ),
    share(
      'budget split: the 95 % interval holds the truth',
      { low: 0.935, high: 1 },
      ({ split: { low, high }, truth }) => low <= truth && truth <= high,
    ),
    share('budget split: A/A rejected', { low: 0, high: ALPHA }, ({ splitAa: { low, high } }) => low > 0 || high < 0),
  ];
}

/** Mean of the misses and its Monte-Carlo standard error. */
function biasOf(misses: readonly number[]): { bias: number; error: number } {
  const bias = misses.reduce((sum, miss) => sum + miss, 0) / misses.length;
  const squares = misses.reduce((sum, miss) => sum + (miss - bias) ** 2, 0);
  const spread = misses.length > 1 ? Math.sqrt(squares / (misses.length - 1)) : Math.abs(bias);
  return { bias, error: spread / Math.sqrt(misses.length) };
}
