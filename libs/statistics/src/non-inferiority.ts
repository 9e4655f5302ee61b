import { normalCdf, normalQuantile } from './normal-distribution';
import { oneSidedAlwaysValidP, oneSidedCriticalValue } from './one-sided-sequence';

/** A guardrail: by how much the treatment may be worse, and with which one-sided error that is judged. */
export interface NonInferiorityRule {
  /** In the units of the effect, above 0. */
  margin: number;
  /** One-sided, in (0, 0.5). */
  alpha: number;
  lowerIsBetter: boolean;
  /** Absent for one look at a sample fixed in advance. */
  sequential?: { n: number; plannedUnits: number };
}

/** The test of "worse by the margin or more" against "worse by less". */
export interface NonInferiority {
  statistic: number;
  p: number;
  /** The worst effect that is still plausible: a lower bound, or an upper one when lower is better. */
  bound: number;
  /** True when the treatment is shown not to be worse by the margin. */
  holds: boolean;
  /** True when the treatment is shown to be worse by more than the margin. */
  violated: boolean;
}

/**
 * Judges an effect with `difference` and `standardError` > 0 on the scale of the margin, by the normal distribution
 * or, for looks at any time, by the one-sided confidence sequence. Throws RangeError for figures out of range.
 */
export function judgeNonInferiority(
  difference: number,
  standardError: number,
  rule: NonInferiorityRule,
): NonInferiority {
  const { margin, alpha, lowerIsBetter, sequential } = rule;
  if (!Number.isFinite(difference) || !(standardError > 0 && standardError < Infinity)) {
    throw new RangeError(`an effect needs a finite value and a positive error: ${difference}, ${standardError}`);
  }
  if (!(margin > 0 && margin < Infinity)) throw new RangeError(`a margin must be positive, got ${margin}`);
  if (!(alpha > 0 && alpha < 0.5)) throw new RangeError(`a one-sided alpha must lie between 0 and 0.5, got ${alpha}`);
  const direction = lowerIsBetter ? -1 : 1;
  const gain = direction * difference;
  const statistic = (gain + margin) / standardError;
  const critical = sequential
    ? oneSidedCriticalValue(sequential.n, sequential.plannedUnits, alpha)
    : normalQuantile(1 - alpha);
  const p = sequential
    ? oneSidedAlwaysValidP(statistic, sequential.n, sequential.plannedUnits, alpha)
    : normalCdf(-statistic);
  return {
    statistic,
    p,
    bound: direction * (gain - critical * standardError),
    holds: statistic > critical,
    violated: -statistic > critical,
  };
}
