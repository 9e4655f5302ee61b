import { parentPort, workerData } from 'node:worker_threads';
import { SIMULATIONS, type SimulationName } from './simulations';

/** What a worker thread is given: its share of the seeds, to be played one after the other. */
export interface PlayTask {
  readonly name: SimulationName;
  readonly context: unknown;
  readonly seeds: readonly number[];
}

/** What a worker thread reports after each run. */
export interface PlayMessage {
  readonly seed: number;
  readonly outcome: unknown;
}

const { name, context, seeds } = workerData as PlayTask;
const play = SIMULATIONS[name].prepare(context);
for (const seed of seeds) parentPort?.postMessage({ seed, outcome: play(seed) } satisfies PlayMessage);
