import type { OpenLoopResult } from '../load/open-loop';
import type { BenchStack } from './bench-stack';
import { loopDelays, type LoopDelays } from './loop-delays';
import { median } from './statistics';

/** A stretch of open load, and how late the predictor's event loop was meanwhile. */
export interface WatchedPhase {
  readonly open: OpenLoopResult;
  readonly delays: LoopDelays;
}

/** Runs the load, and reads the delays of the event loop from before it until after it. */
export async function watchedPhase(
  { stack: { predictorUrl, secrets } }: BenchStack,
  load: () => Promise<OpenLoopResult>,
): Promise<WatchedPhase> {
  await loopDelays(predictorUrl, secrets.operatorKey);
  const open = await load();
  return { open, delays: await loopDelays(predictorUrl, secrets.operatorKey) };
}

/** Medians over the phases, milliseconds, and how many answers were not as asked for. */
export function phasesSummary(phases: readonly WatchedPhase[]): Readonly<Record<string, unknown>> {
  return {
    p99Ms: median(phases.map(({ open }) => open.p99Ms)),
    p50Ms: median(phases.map(({ open }) => open.p50Ms)),
    generatorLateMs: median(phases.map(({ open }) => open.generatorLateMs)),
    loopLateMs: median(phases.map(({ delays }) => delays.longestMs)),
    loopLateBesidesGcMs: median(phases.map(({ delays }) => delays.besidesGcMs)),
    minorGcMs: median(phases.map(({ delays }) => delays.minorGcMs)),
    majorGcMs: median(phases.map(({ delays }) => delays.majorGcMs)),
    offered: phases.reduce((sum, { open }) => sum + open.offered, 0),
    marked: phases.reduce((sum, { open }) => sum + open.marked, 0),
    refused: phases.map(({ open }) => open.refused),
  };
}
