import { sha256Hex } from '@adlift/scoring';
import type { Bench } from '../bench';
import type { RawTask } from '../contestants/raw-loop';
import { AnswerCheck } from '../harness/answer-check';
import { BenchStack } from '../harness/bench-stack';
import { Contestant } from '../harness/contestant';
import { openLoop, saturation, type OpenLoopResult } from '../harness/open-loop';
import { closedLoop, PredictLoad } from '../harness/predict-load';
import type { LoopResult } from '../harness/timed-loop';
import { machine } from '../harness/processor';
import { median } from '../harness/statistics';
import { BenchRequests } from '../model/bench-requests';

const N = 50;
const TIMES = 5;
const LOAD = 0.5;
const AIM_MS = 10;
const IN_FLIGHT = 8;
const WARM_SECONDS = 8;

/** The whole path at half of what it can take, against the runtime alone. */
export const latency: Bench = {
  name: 'latency',
  goal: `open loop at ${LOAD} of saturation, n = ${N}: p99 at most ${TIMES} times the raw loop's p99; shown against ${AIM_MS} ms`,
  async run({ rounds, seconds, log }) {
    const stack = await BenchStack.start(log);
    const load = new PredictLoad(stack.stack.grpcAddress, new BenchRequests(N, 'latency'));
    const raw = await Contestant.start<RawTask, LoopResult>('raw-loop', [stack.onnxFile]);
    try {
      const check = await AnswerCheck.of(stack.model, stack.onnxFile, N);
      const { callsPerSecond } = await closedLoop(load.unary, IN_FLIGHT, WARM_SECONDS);
      const most = await saturation(load.unary, check, callsPerSecond, seconds, log);
      const rate = most * LOAD;
      const raws: LoopResult[] = [];
      const own: OpenLoopResult[] = [];
      for (let round = 0; round < rounds; round++) {
        raws.push(await raw.run({ n: N, seconds }));
        own.push(await openLoop(load.unary, check, { rate, seconds, seed: round }));
        log(
          `round ${round + 1} of ${rounds}: p99 ${own.at(-1)?.p99Ms.toFixed(2)} ms, raw ${((raws.at(-1)?.p99Us ?? 0) / 1000).toFixed(2)} ms`,
        );
      }
      const p99Ms = median(own.map((one) => one.p99Ms));
      const rawP99Ms = median(raws.map((one) => one.p99Us)) / 1000;
      return {
        name: 'latency',
        goal: this.goal,
        value: p99Ms / rawP99Ms,
        ok: p99Ms / rawP99Ms <= TIMES,
        rounds,
        details: {
          p99Ms,
          p50Ms: median(own.map((one) => one.p50Ms)),
          under10Ms: p99Ms <= AIM_MS,
          rawP99Ms,
          rawP50Ms: median(raws.map((one) => one.p50Us)) / 1000,
          saturationPerSecond: most,
          ratePerSecond: rate,
          notFromModel: own.reduce((sum, one) => sum + one.offered - one.fromModel, 0),
          rawCallsPerSecond: median(raws.map((one) => one.callsPerSecond)),
          modelSha256: sha256Hex(stack.model.onnx),
          machine: machine(),
        },
      };
    } finally {
      load.close();
      await raw.stop();
      await stack.stop();
    }
  },
};
