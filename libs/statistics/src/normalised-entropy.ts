import type { ArmEstimate } from './arm-estimate';
import { sumOf, type CrossSums, type Quantity } from './cross-sums';
import { exactQuotient } from './exact-quotient';
import { linearisedCovariance } from './linearised-covariance';
import { refuse, type Refusal } from './refusal';

/** Where the sums of one unit's impressions stand among the variables. */
export interface EntropyVariables {
  /** Log-losses in nats, as integers in units of `lossUnit`. */
  readonly loss: number;
  readonly clicks: number;
  readonly impressions: number;
}

/**
 * Normalised entropy of one arm: mean log-loss over the entropy of its click rate (He et al. 2014); below 1 a model
 * knows more than the rate. The variance is that of one unit, by the delta method on the unit sums of losses, clicks
 * and impressions. Refuses fewer than two units, no impression, and a click rate of 0 or 1. It compares models on the
 * same impressions only: arms that serve different ads have different base rates.
 */
export function estimateNormalisedEntropy(
  sums: CrossSums,
  { loss, clicks, impressions }: EntropyVariables,
  lossUnit = 1e-9,
): ArmEstimate | Refusal {
  if (sums.units === 0n) return refuse('no_units', 'The arm has no exposed unit.');
  if (sums.units === 1n) return refuse('one_unit', 'One exposed unit says nothing about the spread between units.');
  const total = sumOf(sums, impressions);
  if (total <= 0n) return refuse('zero_denominator', "The units' impressions add up to zero.");
  const rate = exactQuotient(sumOf(sums, clicks), total);
  if (!(rate > 0 && rate < 1)) {
    return refuse('degenerate_rate', `A click rate of ${rate} has no entropy to compare with.`);
  }
  const meanLoss = exactQuotient(sumOf(sums, loss), total) * lossUnit;
  const entropy = -(rate * Math.log(rate) + (1 - rate) * Math.log1p(-rate));
  const value = meanLoss / entropy;
  // The entropy's slope in the rate is its log odds against; both ratios are linearised over the same impressions.
  const slope = Math.log1p(-rate) - Math.log(rate);
  const lossRatio: Quantity = { numerator: loss, denominator: impressions };
  const clickRatio: Quantity = { numerator: clicks, denominator: impressions };
  const towardsLoss = lossUnit / entropy;
  const towardsRate = (-value * slope) / entropy;
  const variance =
    towardsLoss * towardsLoss * linearisedCovariance(sums, lossRatio, lossRatio) +
    towardsRate * towardsRate * linearisedCovariance(sums, clickRatio, clickRatio) +
    2 * towardsLoss * towardsRate * linearisedCovariance(sums, lossRatio, clickRatio);
  return { units: Number(sums.units), value, variance: Math.max(0, variance) };
}
