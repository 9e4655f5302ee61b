import { sha256Hex } from '@adlift/scoring';
import type { Bench } from '../bench';
import { AnswerCheck } from '../harness/answer-check';
import { BenchStack } from '../harness/bench-stack';
import { openLoop } from '../harness/open-loop';
import { closedLoop, PredictLoad } from '../harness/predict-load';
import { cpuSeconds, machine } from '../harness/processor';
import { median } from '../harness/statistics';
import { BenchRequests } from '../model/bench-requests';

const N = 50;
const MOST = 1.1;
const IN_FLIGHT = 8;
const WARM_SECONDS = 8;
const LOAD = 0.5;

/** What traces and metrics cost: two predictors take turns, one of them with OTEL_SDK_DISABLED. */
export const telemetry: Bench = {
  name: 'telemetry',
  goal: `CPU of a Predict call with traces (1 %) and metrics at most ${MOST} times that without; n = ${N}`,
  async run({ rounds, seconds, log }) {
    const stack = await BenchStack.start(log);
    const without = await stack.secondPredictor({ OTEL_SDK_DISABLED: 'true' });
    const on = new PredictLoad(stack.stack.grpcAddress, new BenchRequests(N, 'on'));
    const off = new PredictLoad(without.grpcAddress, new BenchRequests(N, 'off'));
    try {
      const check = await AnswerCheck.of(stack.model, stack.onnxFile, N);
      const { callsPerSecond } = await closedLoop(on.unary, IN_FLIGHT, WARM_SECONDS);
      await closedLoop(off.unary, IN_FLIGHT, WARM_SECONDS);
      const rate = callsPerSecond * LOAD;
      const cost = async (load: PredictLoad, pid: number, seed: number): Promise<number> => {
        const before = cpuSeconds(pid);
        const { offered, fromModel } = await openLoop(load.unary, check, { rate, seconds, seed });
        if (fromModel < offered) throw new Error(`${offered - fromModel} of ${offered} answers were not the model's`);
        return ((cpuSeconds(pid) - before) * 1e6) / offered;
      };
      const pairs: { onUs: number; offUs: number }[] = [];
      for (let round = 0; round < rounds; round++) {
        const onUs = await cost(on, stack.stack.predictorPid, round);
        const offUs = await cost(off, without.pid, round);
        pairs.push({ onUs, offUs });
        log(`round ${round + 1} of ${rounds}: ${onUs.toFixed(0)} us with, ${offUs.toFixed(0)} us without`);
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
          ratePerSecond: rate,
          modelSha256: sha256Hex(stack.model.onnx),
          machine: machine(),
        },
      };
    } finally {
      on.close();
      off.close();
      await without.stop();
      await stack.stop();
    }
  },
};
