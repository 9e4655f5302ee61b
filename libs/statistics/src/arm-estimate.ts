import type { ArmSums } from './arm-sums';
import { exactQuotient } from './exact-quotient';
import { refuse, type Refusal } from './refusal';

/** `mean` is a total per exposed unit; `ratio` is a total over a total, such as clicks over impressions. */
export type MetricKind = 'mean' | 'ratio';

/** The point estimate of one arm; `variance` is that of a single unit's (linearised) contribution, not of `value`. */
export interface ArmEstimate {
  units: number;
  value: number;
  variance: number;
}

/**
 * Mean or ratio of one arm, times `scale`; the ratio's variance is by the delta method over units (Deng, Knoblich and
 * Lu 2018). All centring happens in integers and each figure is rounded once, so equal sums give equal bits. Throws
 * RangeError for sums that no data can have.
 */
export function estimateArm(kind: MetricKind, sums: ArmSums, scale = 1): ArmEstimate | Refusal {
  const refusal = refuseTooFewUnits(sums);
  if (refusal) return refusal;
  switch (kind) {
    case 'mean':
      return estimateMean(sums, scale);
    case 'ratio':
      return estimateRatio(sums, scale);
  }
}

/**
 * Share of the exposed units whose numerator is 1, with variance p(1 - p). Throws RangeError when some numerator is
 * neither 0 nor 1.
 */
export function estimateProportion(sums: ArmSums): ArmEstimate | Refusal {
  const { units, sumM, sumMM, unitsWithM } = sums;
  if (sumM !== unitsWithM || sumMM !== unitsWithM || unitsWithM > units) {
    throw new RangeError('a proportion needs numerators of 0 or 1');
  }
  const refusal = refuseTooFewUnits(sums);
  if (refusal) return refusal;
  return {
    units: Number(units),
    value: exactQuotient(sumM, units),
    variance: exactQuotient(sumM * (units - sumM), units * units),
  };
}

function refuseTooFewUnits({ units }: ArmSums): Refusal | undefined {
  if (units < 0n) throw new RangeError(`units must not be negative, got ${units}`);
  if (units === 0n) return refuse('no_units', 'The arm has no exposed unit.');
  if (units === 1n) return refuse('one_unit', 'One exposed unit says nothing about the spread between units.');
  return undefined;
}

function estimateMean({ units, sumM, sumMM }: ArmSums, scale: number): ArmEstimate {
  const centred = requireSpread(units * sumMM - sumM * sumM);
  return {
    units: Number(units),
    value: exactQuotient(sumM, units) * scale,
    variance: exactQuotient(centred, units * (units - 1n)) * scale * scale,
  };
}

function estimateRatio(sums: ArmSums, scale: number): ArmEstimate | Refusal {
  const { units, sumM, sumD, sumMM, sumDD, sumMD } = sums;
  if (sumD < 0n) throw new RangeError(`a ratio needs a denominator that is not negative, got ${sumD}`);
  if (sumD === 0n) return refuse('zero_denominator', "The units' denominators add up to zero.");
  requireSpread(units * sumMM - sumM * sumM);
  requireSpread(units * sumDD - sumD * sumD);
  // The delta method's three terms over their common denominator: the centring parts cancel and leave this one integer.
  const spread = requireSpread(sumD * sumD * sumMM + sumM * sumM * sumDD - 2n * sumM * sumD * sumMD);
  return {
    units: Number(units),
    value: exactQuotient(sumM, sumD) * scale,
    variance: exactQuotient(units * units * spread, (units - 1n) * sumD ** 4n) * scale * scale,
  };
}

function requireSpread(spread: bigint): bigint {
  if (spread < 0n) throw new RangeError('the sums of squares are smaller than the sums allow');
  return spread;
}
