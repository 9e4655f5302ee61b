import { SESSION_OPTIONS, sha256Hex } from '@adlift/scoring';
import type { Bench } from '../bench';
import type { RawTask } from '../contestants/raw-loop';
import { BenchStack } from '../harness/bench-stack';
import { AnswerCheck } from '../harness/answer-check';
import { Contestant } from '../harness/contestant';
import { closedLoop, PredictLoad, type SendOne } from '../harness/predict-load';
import type { LoopResult } from '../harness/timed-loop';
import { cpuSeconds, machine } from '../harness/processor';
import { median } from '../harness/statistics';
import { BenchRequests } from '../model/bench-requests';

const N = 50;
const IN_FLIGHT = 12;
/** The engine compiles the path in several steps, the last of them after thousands of calls. */
const WARM_SECONDS = 10;
const UNARY = { ratio: 0.55, cpuUs: 291 };
const STREAM = { ratio: 0.65, cpuUs: 192 };

interface Measured {
  readonly ratio: number;
  readonly aboveUs: number;
  readonly callsPerSecond: number;
  readonly cpuUs: number;
}

/** The whole Predict path over gRPC on one processor, against the runtime alone. */
export const grpc: Bench = {
  name: 'grpc',
  goal: `Predict with exposure, log, 1 % traces, validation and the first token at least ${UNARY.ratio} of a raw loop or at most ${UNARY.cpuUs} us of CPU above it; over PredictStream ${STREAM.ratio} or ${STREAM.cpuUs} us; one core, n = ${N}`,
  async run({ rounds, seconds, log }) {
    const stack = await BenchStack.start(log);
    const load = new PredictLoad(stack.stack.grpcAddress, new BenchRequests(N, 'grpc'));
    const raw = await Contestant.start<RawTask, LoopResult>('raw-loop', [stack.onnxFile]);
    try {
      const check = await AnswerCheck.of(stack.model, stack.onnxFile, N);
      const pid = stack.stack.predictorPid;
      const measure = async (send: SendOne): Promise<{ callsPerSecond: number; cpuUs: number }> => {
        const cpu = cpuSeconds(pid);
        const { callsPerSecond, failed } = await closedLoop(send, IN_FLIGHT, seconds, check);
        if (failed > 0) throw new Error(`${failed} calls were not answered by the model`);
        return { callsPerSecond, cpuUs: ((cpuSeconds(pid) - cpu) * 1e6) / (callsPerSecond * seconds) };
      };
      for (const send of [load.unary, load.overStream]) await closedLoop(send, IN_FLIGHT, WARM_SECONDS);
      await raw.run({ n: N, seconds: 1 });
      const raws: LoopResult[] = [];
      const unary: Measured[] = [];
      const stream: Measured[] = [];
      for (let round = 0; round < rounds; round++) {
        const base = await raw.run({ n: N, seconds });
        raws.push(base);
        for (const [send, into] of [
          [load.unary, unary],
          [load.overStream, stream],
        ] as const) {
          const one = await measure(send);
          into.push({
            ...one,
            ratio: one.callsPerSecond / base.callsPerSecond,
            aboveUs: one.cpuUs - base.cpuUs,
          });
        }
        log(
          `round ${round + 1} of ${rounds}: raw ${base.callsPerSecond.toFixed(0)}, Predict ${unary.at(-1)?.callsPerSecond.toFixed(0)}, PredictStream ${stream.at(-1)?.callsPerSecond.toFixed(0)} calls/s`,
        );
      }
      const middle = (all: readonly Measured[]): Measured => ({
        ratio: median(all.map(({ ratio }) => ratio)),
        aboveUs: median(all.map(({ aboveUs }) => aboveUs)),
        callsPerSecond: median(all.map(({ callsPerSecond }) => callsPerSecond)),
        cpuUs: median(all.map(({ cpuUs }) => cpuUs)),
      });
      const [u, s] = [middle(unary), middle(stream)];
      return {
        name: 'grpc',
        goal: this.goal,
        value: u.ratio,
        ok:
          (u.ratio >= UNARY.ratio || u.aboveUs <= UNARY.cpuUs) &&
          (s.ratio >= STREAM.ratio || s.aboveUs <= STREAM.cpuUs),
        rounds,
        details: {
          unary: u,
          stream: s,
          rawCallsPerSecond: median(raws.map((one) => one.callsPerSecond)),
          rawCpuUs: median(raws.map((one) => one.cpuUs)),
          inFlight: IN_FLIGHT,
          modelSha256: sha256Hex(stack.model.onnx),
          sessionOptions: SESSION_OPTIONS,
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
