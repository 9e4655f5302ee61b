import { parentPort, workerData } from 'node:worker_threads';
import { type Arms, makeWorld, type RankedModel, SplitRanking } from '../market/index';
import { type RunOutcome, type RunPlan, simulateRun } from './simulate-run';

/** What a worker thread is given: its share of the runs, to be played one after the other. */
export interface RunWorkerData {
  readonly worldSeed: number;
  readonly models: Arms<RankedModel>;
  readonly plan: RunPlan;
  readonly runSeeds: readonly number[];
}

/** What a worker thread reports after each run. */
export interface RunMessage {
  readonly runSeed: number;
  readonly outcome: RunOutcome;
}

const { worldSeed, models, plan, runSeeds } = workerData as RunWorkerData;
const world = makeWorld(worldSeed);
const rankings = {
  control: new SplitRanking(world, models.control),
  treatment: new SplitRanking(world, models.treatment),
};
for (const runSeed of runSeeds) {
  const message: RunMessage = { runSeed, outcome: simulateRun(world, rankings, runSeed, plan) };
  parentPort?.postMessage(message);
}
