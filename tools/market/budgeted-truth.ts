import { CampaignBudgets, SHARED } from './campaign-budgets';
import { clickScores } from './click-scores';
import { BestOffer } from './first-ranked';
import { CANDIDATES } from './market-size';
import { isClicked } from './outcomes';
import type { Arms, RankedModel } from './ranked-model';
import type { Traffic } from './traffic';
import { liftsOf, type ArmTruth, type MarketTruth } from './truth';
import type { World } from './world';

/**
 * The truth of a run whose campaigns run out of money: either arm alone serves all of it with all of the budgets, shows
 * the best of the ads that can still pay, and gets the clicks that the market's hash decides. Without exploration.
 */
export function budgetedTruth(
  world: World,
  traffic: Traffic,
  models: Arms<RankedModel>,
  budgetMicros: Float64Array,
): MarketTruth {
  const play = (model: RankedModel): ArmTruth =>
    playArm(world, traffic, clickScores(world, traffic, model), new CampaignBudgets(budgetMicros));
  return liftsOf({ control: play(models.control), treatment: play(models.treatment) }, 0);
}

function playArm(world: World, traffic: Traffic, scores: Float64Array, budgets: CampaignBudgets): ArmTruth {
  const spendByCampaign = new Float64Array(world.campaigns.length);
  let impressions = 0;
  let clicks = 0;
  for (let request = 0; request < traffic.n; request++) {
    const winner = new BestOffer(world);
    for (let i = request * CANDIDATES, end = i + CANDIDATES; i < end; i++) {
      const ad = traffic.candidates[i];
      const { campaign, bidMicros } = world.ads[ad];
      if (budgets.canPay(SHARED, campaign, bidMicros)) winner.offer(ad, scores[i]);
    }
    if (winner.ad < 0) continue;
    impressions++;
    if (!isClicked(world, traffic, request, winner.ad)) continue;
    const { campaign, bidMicros } = world.ads[winner.ad];
    clicks++;
    budgets.pay(SHARED, campaign, bidMicros);
    spendByCampaign[campaign] += bidMicros;
  }
  const spendMicros = spendByCampaign.reduce((sum, spend) => sum + spend, 0);
  return {
    ...{ impressions, clicks, spendMicros, spendByCampaign },
    ...{ ctr: clicks / impressions, rpmMicros: (1000 * spendMicros) / impressions },
  };
}
