import { DEMO_PLAN } from './demo-plan';
import { makeWorld } from './make-world';
import { SplitRanking } from './split-ranking';
import { makeTraffic } from './traffic';
import { trainMarketModels } from './train-models';
import { type MarketTruth, truthOfRankings } from './truth';

/** What a market of one seed comes to: the quality of its models and the truth of the demo's traffic. */
export interface MarketFigures {
  readonly digests: readonly string[];
  readonly normalisedEntropy: { readonly lr: number; readonly fm: number; readonly cvr: number };
  readonly calibrationRatio: { readonly lr: number; readonly fm: number };
  readonly truth: MarketTruth;
}

function measureMarket(seed: number, rows: number): MarketFigures {
  const world = makeWorld(seed);
  const { lr, fm, cvr } = trainMarketModels(world, { rows });
  const traffic = makeTraffic(seed, DEMO_PLAN);
  const first = {
    control: new SplitRanking(world, lr).firstRanked(traffic),
    treatment: new SplitRanking(world, fm).firstRanked(traffic),
  };
  return {
    digests: [lr, fm, cvr].map(({ bundle }) => bundle.digest),
    normalisedEntropy: {
      lr: lr.validation.normalisedEntropy,
      fm: fm.validation.normalisedEntropy,
      cvr: cvr.validation.normalisedEntropy,
    },
    calibrationRatio: { lr: lr.validation.calibrationRatio, fm: fm.validation.calibrationRatio },
    truth: truthOfRankings(world, traffic, first, DEMO_PLAN.epsilon),
  };
}

const [seed, rows] = process.argv.slice(2).map(Number);
process.stdout.write(JSON.stringify(measureMarket(seed, rows)));
