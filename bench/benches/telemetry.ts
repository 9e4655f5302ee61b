import type { Bench } from '../bench';
import { BenchStack } from '../harness/bench-stack';
import { conditions } from '../harness/conditions';
import { cpuSeconds } from '../harness/processor';
import { RawBeside } from '../harness/raw-beside';
import { median } from '../harness/statistics';
import type { LoadGenerator } from '../load/load-generator';

const N = 50;
const MOST = 1.1;
const IN_FLIGHT = 12;
const WARM_SECONDS = 8;
/** Of what a closed loop reaches. */
const LOAD = 0.4;
/** Share of the answers that may come from stand-ins: these cost less, but so few do not tell. */
const STAND_INS = 0.01;

/** What traces and metrics cost: two predictors take turns, one of them with OTEL_SDK_DISABLED. */
export const telemetry: Bench = {
  name: 'telemetry',
  goal: `CPU of a Predict call with traces (1 %) and metrics at most ${MOST} times that without, at ${LOAD} of what a closed loop reaches; n = ${N}`,
  async run({ rounds, seconds, log }) {
    const stack = await BenchStack.start(log);
    const without = await stack.secondPredictor({ OTEL_SDK_DISABLED: 'true' });
    const on = { load: await stack.load(N, 'on'), pid: stack.stack.predictorPid };
    const off = { load: await stack.load(N, 'off', without.grpcAddress), pid: without.pid };
    const raw = await RawBeside.start(stack.onnxFile, N);
    try {
      const capacities: number[] = [];
      for (const { load } of [on, off]) {
        const task = { over: 'unary', inFlight: IN_FLIGHT, checked: true } as const;
        await load.closed({ ...task, seconds: WARM_SECONDS });
        capacities.push((await load.closed({ ...task, seconds })).callsPerSecond);
      }
      const rate = Math.min(...capacities) * LOAD;
      const cost = async ({ load, pid }: { load: LoadGenerator; pid: number }, seed: number): Promise<number> => {
        const before = cpuSeconds(pid);
        const { offered, fromModel } = await load.open({ over: 'unary', rate, seconds, seed });
        const others = offered - fromModel;
        if (others > offered * STAND_INS) throw new Error(`${others} of ${offered} answers were not the model's`);
        return ((cpuSeconds(pid) - before) * 1e6) / offered;
      };
      const pairs: { onUs: number; offUs: number }[] = [];
      for (let round = 0; round < rounds; round++) {
        await raw.measure(seconds / 4, async () => {
          // Each goes first in every other round.
          const first = round % 2 === 0 ? on : off;
          const one = await cost(first, round);
          const other = await cost(first === on ? off : on, round);
          pairs.push(first === on ? { onUs: one, offUs: other } : { onUs: other, offUs: one });
        });
        const last = pairs.at(-1);
        log(`round ${round + 1} of ${rounds}: ${last?.onUs.toFixed(0)} us with, ${last?.offUs.toFixed(0)} us without`);
      }
      const ratio = median(pairs.map(({ onUs, offUs }) => onUs / offUs));
      return {
        name: 'telemetry',
        goal: this.goal,
        value: ratio,
        ok: ratio <= MOST,
        rounds,
        details: {
          withUs: median(pairs.map(({ onUs }) => onUs)),
          withoutUs: median(pairs.map(({ offUs }) => offUs)),
          closedLoopPerSecond: Math.min(...capacities),
          ratePerSecond: rate,
          ...raw.figures(),
          ...conditions(stack.model.onnx),
        },
      };
    } finally {
      await on.load.stop();
      await off.load.stop();
      await raw.stop();
      await without.stop();
      await stack.stop();
    }
  },
};
