import { DEMO_PLAN, makeWorld, type RankedModel, trainMarketModels } from '../market/index';
import { judgeDemo, type ProofReport } from './demo-proof';
import { type Progress, startProgress } from './progress';
import { simulateRuns } from './simulate-runs';

/** Trains the demo's models once and plays its experiment on the run seeds 1 to `seeds`. */
export async function proveDemo(seeds: number): Promise<ProofReport> {
  const { seed: worldSeed, ...plan } = DEMO_PLAN;
  const { lr, fm } = trainWithProgress(worldSeed);
  const models = { control: rankedModel(lr), treatment: rankedModel(fm) };
  const runSeeds = Array.from({ length: seeds }, (_, i) => i + 1);
  const progress = startProgress('runs', seeds);
  try {
    return judgeDemo(await simulateRuns({ worldSeed, models, plan, runSeeds }, (done) => progress.update(done)));
  } finally {
    progress.stop();
  }
}

function trainWithProgress(worldSeed: number): ReturnType<typeof trainMarketModels> {
  let shown: { stage: string; progress: Progress } | undefined;
  const models = trainMarketModels(makeWorld(worldSeed), {
    onProgress: (stage, done, total) => {
      if (shown?.stage !== stage) {
        shown?.progress.stop();
        shown = { stage, progress: startProgress(stage, total) };
      }
      shown.progress.update(done);
    },
  });
  shown?.progress.stop();
  return models;
}

/** Without the bundle, which no thread needs. */
function rankedModel({ weightFile, schema, calibration }: RankedModel): RankedModel {
  return { weightFile, schema, calibration };
}
