import type { LoadGenerator } from '../load/load-generator';
import { cpuSeconds } from './processor';
import { median } from './statistics';

/** A server under a closed loop. */
export interface Served {
  readonly callsPerSecond: number;
  /** Microseconds of the server's CPU a call, all threads. */
  readonly cpuUs: number;
  readonly wallUs: number;
  readonly generatorCpuUs: number;
}

/** Runs a closed loop against the server with this pid. Throws when an answer was not the model's. */
export async function servedLoop(
  load: LoadGenerator,
  pid: number,
  task: Parameters<LoadGenerator['closed']>[0],
): Promise<Served> {
  const before = cpuSeconds(pid);
  const { callsPerSecond, failed, generatorCpuUs } = await load.closed(task);
  if (failed > 0) throw new Error(`${failed} calls were not answered by the model`);
  const cpuUs = ((cpuSeconds(pid) - before) * 1e6) / (callsPerSecond * task.seconds);
  return { callsPerSecond, cpuUs, wallUs: 1e6 / callsPerSecond, generatorCpuUs };
}

/** The median of each figure. */
export function middle(all: readonly Served[]): Served {
  const of = (field: keyof Served): number => median(all.map((one) => one[field]));
  return {
    callsPerSecond: of('callsPerSecond'),
    cpuUs: of('cpuUs'),
    wallUs: of('wallUs'),
    generatorCpuUs: of('generatorCpuUs'),
  };
}
