/**
 * Half-width in standard errors of the asymptotic confidence sequence (Waudby-Smith et al., arXiv 2103.06476) at
 * `n` exposed units in the compared arms; tightest relative to a fixed interval about `plannedUnits`. Valid at every
 * look at once with error `alpha` in (0, 1). Throws RangeError for arguments out of range.
 */
export function confidenceSequenceCriticalValue(n: number, plannedUnits: number, alpha: number): number {
  const information = sequenceInformation(n, plannedUnits, alpha);
  const spread = information + 1;
  return Math.sqrt(((2 * spread) / information) * (Math.log(spread) / 2 - Math.log(alpha)));
}

/**
 * Always-valid p-value of `statistic` = difference / standard error at `n` exposed units: at most `alpha` exactly
 * when |statistic| reaches `confidenceSequenceCriticalValue(n, plannedUnits, alpha)`. Between 0 and 1; throws
 * RangeError for arguments out of range.
 */
export function alwaysValidP(statistic: number, n: number, plannedUnits: number, alpha: number): number {
  const information = sequenceInformation(n, plannedUnits, alpha);
  const spread = information + 1;
  return Math.min(1, Math.exp(Math.log(spread) / 2 - (information * statistic * statistic) / (2 * spread)));
}

/** n rho^2, with rho chosen for the narrowest two-sided sequence at the planned units. */
export function sequenceInformation(n: number, plannedUnits: number, alpha: number): number {
  if (!(n > 0 && n < Infinity)) throw new RangeError(`n must be a positive number, got ${n}`);
  if (!(plannedUnits > 0 && plannedUnits < Infinity)) {
    throw new RangeError(`plannedUnits must be a positive number, got ${plannedUnits}`);
  }
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`alpha must lie between 0 and 1, got ${alpha}`);
  const doubled = -2 * Math.log(alpha);
  return (n / plannedUnits) * (doubled + Math.log1p(doubled));
}
