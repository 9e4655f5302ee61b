import { playSeeds } from './play-seeds';
import { startProgress } from './progress';
import type { ProofRow } from './proof-row';
import { SIMULATIONS, type SimulationName } from './simulations';

/** Runs one proof on the seeds 1 to its full number of runs, or to `atMost`, with its progress on standard error. */
export async function prove(name: SimulationName, atMost = Infinity): Promise<ProofRow[]> {
  const simulation = SIMULATIONS[name];
  const context = simulation.makeContext();
  const seeds = Array.from({ length: Math.min(simulation.runs, atMost) }, (_, i) => i + 1);
  const progress = startProgress(name, seeds.length);
  try {
    return simulation.judge(await playSeeds({ name, context, seeds }, (done) => progress.update(done)));
  } finally {
    progress.stop();
  }
}
