import { sequenceInformation } from './confidence-sequence';

/**
 * Distance in standard errors of the one-sided asymptotic confidence sequence (Waudby-Smith et al., arXiv 2103.06476)
 * at `n` exposed units: with error `alpha` in (0, 0.5), the true effect is at no look below the estimate by more.
 * Tightest about `plannedUnits`. Throws RangeError for arguments out of range.
 */
export function oneSidedCriticalValue(n: number, plannedUnits: number, alpha: number): number {
  const information = oneSidedInformation(n, plannedUnits, alpha);
  const spread = information + 1;
  return Math.sqrt(((2 * spread) / information) * Math.log1p(Math.sqrt(spread) / (2 * alpha)));
}

/**
 * Always-valid p-value of a `statistic` = (estimate - hypothesis) / standard error against effects of at most the
 * hypothesis: at most `alpha` exactly when the statistic reaches `oneSidedCriticalValue(n, plannedUnits, alpha)`.
 */
export function oneSidedAlwaysValidP(statistic: number, n: number, plannedUnits: number, alpha: number): number {
  const information = oneSidedInformation(n, plannedUnits, alpha);
  const spread = information + 1;
  if (!(statistic > 0)) return 1;
  const grown = Math.expm1((information * statistic * statistic) / (2 * spread));
  return Math.min(1, Math.sqrt(spread) / (2 * grown));
}

/** The width is tuned as for a two-sided sequence of twice the error. */
function oneSidedInformation(n: number, plannedUnits: number, alpha: number): number {
  if (!(alpha > 0 && alpha < 0.5)) throw new RangeError(`a one-sided alpha must lie between 0 and 0.5, got ${alpha}`);
  return sequenceInformation(n, plannedUnits, 2 * alpha);
}
