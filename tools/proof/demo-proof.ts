import { DEMO_PLAN, makeWorld, type Arms, type RankedModel, SplitRanking, trainMarketModels } from '../market/index';
import { type Progress, startProgress } from './progress';
import { judgeShare, type ProofRow, type ShareClaim } from './proof-row';
import { type MetricOutcome, type RunOutcome, simulateRun } from './simulate-run';
import { simulation } from './simulation';

/** Runs that the demo's bounds are stated for. */
export const DEMO_RUNS = 400;

const { seed: WORLD_SEED, ...PLAN } = DEMO_PLAN;

const CLAIMS: readonly ShareClaim<RunOutcome>[] = [
  {
    name: 'demo: the 95 % interval of the CTR lift contains the truth',
    bounds: { low: 0.91, high: 0.98 },
    holds: ({ ctr }) => covers(ctr),
  },
  {
    name: 'demo: the 95 % interval of the RPM lift contains the truth',
    bounds: { low: 0.91, high: 0.98 },
    holds: ({ rpm }) => covers(rpm),
  },
  {
    name: 'demo: both 95 % intervals contain the truth',
    bounds: { low: 0.88, high: 0.98 },
    holds: ({ ctr, rpm }) => covers(ctr) && covers(rpm),
  },
  {
    name: 'demo: the interaction model wins: the sequential lower bound of the RPM lift is above 0',
    bounds: { low: 0.95, high: 1 },
    holds: ({ rpm }) => rpm.sequentialLow > 0,
  },
];

/** The demo's experiment, repeated without servers; its models are trained once. */
export const demo = simulation<Arms<RankedModel>, RunOutcome>({
  about: 'the demo experiment, repeated without servers',
  runs: DEMO_RUNS,
  makeContext: trainArms,
  prepare(models) {
    const world = makeWorld(WORLD_SEED);
    const rankings = {
      control: new SplitRanking(world, models.control),
      treatment: new SplitRanking(world, models.treatment),
    };
    return (seed) => simulateRun(world, rankings, seed, PLAN);
  },
  judge: judgeDemo,
});

/** Judges the demo's runs. Throws RangeError without runs. */
export function judgeDemo(runs: readonly RunOutcome[]): ProofRow[] {
  return CLAIMS.map((claim) => judgeShare(claim, runs, DEMO_RUNS));
}

function trainArms(): Arms<RankedModel> {
  let shown: { stage: string; progress: Progress } | undefined;
  const { lr, fm } = trainMarketModels(makeWorld(WORLD_SEED), {
    onProgress: (stage, done, total) => {
      if (shown?.stage !== stage) {
        shown?.progress.stop();
        shown = { stage, progress: startProgress(stage, total) };
      }
      shown.progress.update(done);
    },
  });
  shown?.progress.stop();
  return { control: rankedModel(lr), treatment: rankedModel(fm) };
}

/** Without the bundle, which no thread needs. */
function rankedModel({ weightFile, schema, calibration }: RankedModel): RankedModel {
  return { weightFile, schema, calibration };
}

function covers({ truth, low, high }: MetricOutcome): boolean {
  return low <= truth && truth <= high;
}
