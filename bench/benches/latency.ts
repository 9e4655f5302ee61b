import type { Bench } from '../bench';
import { BenchStack } from '../harness/bench-stack';
import { conditions } from '../harness/conditions';
import { RawBeside, type Beside } from '../harness/raw-beside';
import { median } from '../harness/statistics';
import type { OpenLoopResult } from '../load/open-loop';
import { saturation } from '../load/saturation';

const N = 50;
const TIMES = 5;
const LOAD = 0.5;
const AIM_MS = 10;
const IN_FLIGHT = 12;
const WARM_SECONDS = 8;

/** The whole path at half of what it can take, against the runtime alone. */
export const latency: Bench = {
  name: 'latency',
  goal: `open loop at ${LOAD} of saturation, n = ${N}: p99 at most ${TIMES} times the raw loop's p99; shown against ${AIM_MS} ms`,
  async run({ rounds, seconds, log }) {
    const stack = await BenchStack.start(log);
    const load = await stack.load(N, 'latency');
    const raw = await RawBeside.start(stack.onnxFile, N);
    try {
      await load.closed({ over: 'unary', inFlight: IN_FLIGHT, seconds: WARM_SECONDS, checked: true });
      const most = await saturation(load, seconds, log);
      const rate = most.rate * LOAD;
      const all: Beside<OpenLoopResult>[] = [];
      for (let seed = 0; seed < rounds; seed++) {
        const one = await raw.measure(seconds / 2, () => load.open({ over: 'unary', rate, seconds, seed }));
        all.push(one);
        log(
          `round ${seed + 1} of ${rounds}: p99 ${one.own.p99Ms.toFixed(2)} ms (generator ${one.own.generatorLateMs.toFixed(2)} ms late), raw ${(one.raw.p99Us / 1000).toFixed(2)} ms`,
        );
      }
      const times = median(all.map(({ own, raw }) => own.p99Ms / (raw.p99Us / 1000)));
      const p99Ms = median(all.map(({ own }) => own.p99Ms));
      return {
        name: 'latency',
        goal: this.goal,
        value: times,
        ok: times <= TIMES,
        rounds,
        details: {
          p99Ms,
          p50Ms: median(all.map(({ own }) => own.p50Ms)),
          under10Ms: p99Ms <= AIM_MS,
          generatorLateMs: median(all.map(({ own }) => own.generatorLateMs)),
          saturation: most,
          ratePerSecond: rate,
          notFromModel: all.reduce((sum, { own }) => sum + own.offered - own.fromModel, 0),
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
