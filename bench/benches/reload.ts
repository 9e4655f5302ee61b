import { setTimeout as delay } from 'node:timers/promises';
import type { Bench } from '../bench';
import { BenchStack } from '../harness/bench-stack';
import { conditions } from '../harness/conditions';
import { residentBytes } from '../harness/processor';
import { RawBeside } from '../harness/raw-beside';
import { median } from '../harness/statistics';
import { phasesSummary, watchedPhase, type WatchedPhase } from '../harness/watched-phase';
import type { OpenLoopResult } from '../load/open-loop';
import { saturation } from '../load/saturation';

const N = 50;
const TIMES = 1.5;
const GAP_MS = 10;
const LOAD = 0.3;
const EVERY_MS = 5000;
/** Swaps in a phase: the first one a moment after its begin, the last one done before its end. */
const SWAPS = 2;
const FIRST_MS = 500;
const IN_FLIGHT = 12;
const WARM_SECONDS = 8;
const GROWTH = 1.1;
/** Reloads after which memory should not grow any more. */
const SETTLED = 20;

/** The model that serves is loaded anew, by the admin API, while requests come in. */
export const reload: Bench = {
  name: 'reload',
  goal: `open loop at ${LOAD} of saturation, the 104 MB model swapped every ${EVERY_MS / 1000} s: p99 at most ${TIMES} times the steady one, event loop never late by more than ${GAP_MS} ms besides garbage collection, no call failed; resident memory after all reloads at most ${GROWTH} times that after ${SETTLED}`,
  async run({ rounds, seconds, reloads, log }) {
    const stack = await BenchStack.start(log);
    const load = await stack.load(N, 'reload');
    const raw = await RawBeside.start(stack.onnxFile, N);
    const { predictorPid } = stack.stack;
    try {
      await load.closed({ over: 'unary', inFlight: IN_FLIGHT, seconds: WARM_SECONDS, checked: true });
      const most = await saturation(load, seconds, log);
      const rate = most.rate * LOAD;
      const phase = (seed: number, swaps: number): Promise<WatchedPhase> =>
        watchedPhase(stack, async () => {
          const swapped = swapEvery(stack, swaps);
          const open = await load.open({ over: 'unary', rate, seconds: (SWAPS * EVERY_MS) / 1000, seed });
          await swapped;
          return open;
        });
      const steady: WatchedPhase[] = [];
      const swapping: WatchedPhase[] = [];
      for (let seed = 0; seed < rounds; seed++) {
        await raw.measure(seconds / 4, async () => {
          steady.push(await phase(seed, 0));
          swapping.push(await phase(seed, SWAPS));
        });
        const [calm, busy] = [steady.at(-1), swapping.at(-1)];
        log(
          `round ${seed + 1} of ${rounds}: p99 ${busy?.open.p99Ms.toFixed(2)} ms while swapping, ${calm?.open.p99Ms.toFixed(2)} ms steady; event loop late by ${busy?.delays.besidesGcMs.toFixed(1)} and ${calm?.delays.besidesGcMs.toFixed(1)} ms`,
        );
      }
      const memory = await residentOver(stack, predictorPid, reloads, log);
      const times = median(swapping.map(({ open }, i) => open.p99Ms / (steady[i]?.open.p99Ms ?? NaN)));
      const gapMs = median(swapping.map(({ delays }) => delays.besidesGcMs));
      const failed = swapping.reduce((sum, { open }) => sum + open.unmarked + open.offered - answered(open), 0);
      return {
        name: 'reload',
        goal: this.goal,
        value: times,
        ok: times <= TIMES && gapMs <= GAP_MS && failed === 0 && memory.growth <= GROWTH,
        rounds,
        details: {
          swapping: phasesSummary(swapping),
          steady: phasesSummary(steady),
          failed,
          memory,
          saturation: most,
          ratePerSecond: rate,
          ...raw.figures(),
          ...conditions(stack.model.onnx),
        },
      };
    } finally {
      await load.stop();
      await raw.stop();
      await stack.stop();
    }
  },
};

async function swapEvery(stack: BenchStack, swaps: number): Promise<void> {
  const started = performance.now() + FIRST_MS;
  for (let i = 0; i < swaps; i++) {
    await delay(Math.max(0, started + i * EVERY_MS - performance.now()));
    await stack.reload();
  }
}

/** Resident memory over a number of reloads without load, after which it should not have grown. */
async function residentOver(
  stack: BenchStack,
  pid: number,
  reloads: number,
  log: (line: string) => void,
): Promise<{ reloads: number; settledBytes: number; lastBytes: number; growth: number }> {
  let settledBytes = NaN;
  for (let i = 1; i <= reloads; i++) {
    await stack.reload();
    if (i === Math.min(SETTLED, reloads)) settledBytes = residentBytes(pid);
    if (i % SETTLED === 0) log(`  ${i} reloads: ${(residentBytes(pid) / 1e6).toFixed(0)} MB resident`);
  }
  const lastBytes = residentBytes(pid);
  return { reloads, settledBytes, lastBytes, growth: lastBytes / settledBytes };
}

function answered({ fromModel, marked, unmarked }: OpenLoopResult): number {
  return fromModel + marked + unmarked;
}
