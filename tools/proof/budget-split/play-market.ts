import { hash } from '../../market/index';
import type { FirstPriceMarket } from './first-price-market';

const CLICKED = 1;

/** What each arm ranks by, and the budgets that it spends; the same array for both arms is a shared budget. */
export interface MarketArms {
  readonly scores: readonly [Float64Array, Float64Array];
  readonly budgets: readonly [Float64Array, Float64Array];
}

/** What was paid, by user and by campaign. */
export interface MarketOutcome {
  readonly revenue: Float64Array;
  readonly spend: Float64Array;
}

/**
 * Serves every request in time order: of the candidates that can still pay their bid, the one with the highest score is
 * shown, and pays on a click. Whether a click comes depends on request and campaign alone, so that two plays of a
 * market differ in nothing but what was shown. Budgets are spent in place; `treated` is by user.
 */
export function playMarket(
  market: FirstPriceMarket,
  treated: Uint8Array,
  { scores, budgets }: MarketArms,
): MarketOutcome {
  const { seed, user, candidates, segment, bid, clickProbability } = market;
  const campaigns = bid.length;
  const width = candidates.length / user.length;
  const revenue = new Float64Array(market.users);
  const spend = new Float64Array(campaigns);
  for (let request = 0; request < user.length; request++) {
    const visitor = user[request];
    const arm = treated[visitor];
    const score = scores[arm];
    const budget = budgets[arm];
    const row = segment[visitor] * campaigns;
    let best = -1;
    let highest = -1;
    for (let i = request * width, end = i + width; i < end; i++) {
      const campaign = candidates[i];
      if (score[row + campaign] <= highest || budget[campaign] < bid[campaign]) continue;
      highest = score[row + campaign];
      best = campaign;
    }
    if (best < 0 || hash(seed, CLICKED, request, best) >= clickProbability[row + best] * 2 ** 32) continue;
    budget[best] -= bid[best];
    spend[best] += bid[best];
    revenue[visitor] += bid[best];
  }
  return { revenue, spend };
}
