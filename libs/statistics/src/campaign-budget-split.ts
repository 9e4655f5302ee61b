/**
 * The parts of a campaign's budget that the arms may spend, by their shares of traffic (Liu, Mao and Kang, arXiv
 * 2012.08724): integer micros that sum to the budget exactly, what rounding leaves going to the largest remainders.
 * Throws RangeError for a negative budget or shares that are not positive.
 */
export function splitBudget(budgetMicros: bigint, shares: readonly number[]): bigint[] {
  if (budgetMicros < 0n) throw new RangeError(`a budget must not be negative, got ${budgetMicros}`);
  const weights = shares.map(shareWeight);
  const total = weights.reduce((sum, weight) => sum + weight, 0n);
  const parts = weights.map((weight) => (budgetMicros * weight) / total);
  const remainders = weights.map((weight, arm) => ({ arm, left: (budgetMicros * weight) % total }));
  remainders.sort((a, b) => (a.left === b.left ? a.arm - b.arm : a.left > b.left ? -1 : 1));
  const missing = Number(budgetMicros - parts.reduce((sum, part) => sum + part, 0n));
  for (const { arm } of remainders.slice(0, missing)) parts[arm] += 1n;
  return parts;
}

/** What one campaign brought in each arm, in any one unit such as micros or clicks. */
export interface CampaignTotals {
  campaign: string;
  control: number;
  treatment: number;
}

/** A line of the table of campaigns: totals brought to full traffic, and their difference. */
export interface CampaignDifference {
  campaign: string;
  /** What the arm would have brought with all of the traffic and budget. */
  control: number;
  treatment: number;
  difference: number;
}

/**
 * Differences of the campaigns inside a budget split, scaled up by the arms' traffic shares. A table to look at, without
 * intervals: the spread between campaigns is not the error of their sum, which is that of the ratio by unit inside the
 * split.
 */
export function campaignDifferences(
  campaigns: readonly CampaignTotals[],
  { controlShare, treatmentShare }: { controlShare: number; treatmentShare: number },
): CampaignDifference[] {
  [controlShare, treatmentShare].forEach(shareWeight);
  return campaigns.map(({ campaign, control, treatment }) => {
    const [a, b] = [control / controlShare, treatment / treatmentShare];
    return { campaign, control: a, treatment: b, difference: b - a };
  });
}

const SHARE_STEPS = 1e9;

/** A share as an integer, so that money is split without rounding errors of its own. */
function shareWeight(share: number): bigint {
  const steps = Math.round(share * SHARE_STEPS);
  if (!(share > 0 && share <= 1 && steps > 0)) throw new RangeError(`a share must lie in (0, 1], got ${share}`);
  return BigInt(steps);
}
