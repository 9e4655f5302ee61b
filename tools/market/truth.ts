import { firstRanked } from './first-ranked';
import { CANDIDATES } from './market-size';
import { clickProbability } from './outcomes';
import type { Arms, RankedModel } from './ranked-model';
import type { Traffic } from './traffic';
import type { World } from './world';

/** Expectations of one arm if it served every request of a run; one impression a request, first price paid per click. */
export interface ArmTruth {
  readonly impressions: number;
  readonly clicks: number;
  /** Micros. */
  readonly spendMicros: number;
  /** The same by campaign. */
  readonly spendByCampaign: Float64Array;
  readonly ctr: number;
  /** Micros per thousand impressions. */
  readonly rpmMicros: number;
}

/** What the experiment is to find: lifts are treatment over control less 1. */
export interface MarketTruth extends Arms<ArmTruth> {
  readonly epsilon: number;
  readonly ctrLift: number;
  readonly rpmLift: number;
  /** Also that of revenue per user, since both arms serve all of them. */
  readonly revenueLift: number;
}

/**
 * The truth of a run: the market's own probabilities summed over all requests with either arm's model ranking each of
 * them, exploration (a uniform draw with probability `epsilon`) included. Nothing that is measured enters.
 */
export function marketTruth(world: World, traffic: Traffic, models: Arms<RankedModel>, epsilon: number): MarketTruth {
  const first = {
    control: firstRanked(world, traffic, models.control),
    treatment: firstRanked(world, traffic, models.treatment),
  };
  return truthOfRankings(world, traffic, first, epsilon);
}

/** The same from rankings at hand: for each arm the ad that comes first at each request. */
export function truthOfRankings(world: World, traffic: Traffic, first: Arms<Uint8Array>, epsilon: number): MarketTruth {
  const control = armTruth(world, traffic, first.control, epsilon);
  const treatment = armTruth(world, traffic, first.treatment, epsilon);
  return liftsOf({ control, treatment }, epsilon);
}

/** The truth of two arms. */
export function liftsOf({ control, treatment }: Arms<ArmTruth>, epsilon: number): MarketTruth {
  return {
    control,
    treatment,
    epsilon,
    ctrLift: treatment.ctr / control.ctr - 1,
    rpmLift: treatment.rpmMicros / control.rpmMicros - 1,
    revenueLift: treatment.spendMicros / control.spendMicros - 1,
  };
}

function armTruth(world: World, traffic: Traffic, first: Uint8Array, epsilon: number): ArmTruth {
  let clicks = 0;
  const spendByCampaign = new Float64Array(world.campaigns.length);
  const expect = (request: number, ad: number, share: number): void => {
    const p = share * clickProbability(world, traffic, request, ad);
    clicks += p;
    const { campaign, bidMicros } = world.ads[ad];
    spendByCampaign[campaign] += p * bidMicros;
  };
  for (let request = 0; request < traffic.n; request++) {
    expect(request, first[request], 1 - epsilon);
    for (let i = request * CANDIDATES, end = i + CANDIDATES; i < end; i++) {
      expect(request, traffic.candidates[i], epsilon / CANDIDATES);
    }
  }
  const impressions = traffic.n;
  const spendMicros = spendByCampaign.reduce((sum, spend) => sum + spend, 0);
  return {
    ...{ impressions, clicks, spendMicros, spendByCampaign },
    ...{ ctr: clicks / impressions, rpmMicros: (1000 * spendMicros) / impressions },
  };
}
