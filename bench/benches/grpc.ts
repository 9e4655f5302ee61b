import type { Bench } from '../bench';
import { BenchStack } from '../harness/bench-stack';
import { conditions } from '../harness/conditions';
import { RawBeside, type Beside } from '../harness/raw-beside';
import { middle, servedLoop, type Served } from '../harness/served-loop';
import { median } from '../harness/statistics';

const N = 50;
const IN_FLIGHT = 12;
/** The engine compiles the path in several steps, the last of them after thousands of calls. */
const WARM_SECONDS = 10;
const GOALS = { unary: { ratio: 0.55, cpuUs: 291 }, stream: { ratio: 0.65, cpuUs: 192 } } as const;
const TRANSPORTS = ['unary', 'stream'] as const;

/** The whole Predict path over gRPC on one processor, against the runtime alone. */
export const grpc: Bench = {
  name: 'grpc',
  goal: `Predict with exposure, log, 1 % traces, validation and the first token at least ${GOALS.unary.ratio} of a raw loop or at most ${GOALS.unary.cpuUs} us of CPU above it; over PredictStream ${GOALS.stream.ratio} or ${GOALS.stream.cpuUs} us; one core, n = ${N}`,
  async run({ rounds, seconds, log }) {
    const stack = await BenchStack.start(log);
    const load = await stack.load(N, 'grpc');
    const raw = await RawBeside.start(stack.onnxFile, N);
    try {
      const warm = { inFlight: IN_FLIGHT, seconds: WARM_SECONDS, checked: true };
      for (const over of TRANSPORTS) await load.closed({ over, ...warm });
      const measured: Record<'unary' | 'stream', Beside<Served>[]> = { unary: [], stream: [] };
      for (let round = 0; round < rounds; round++) {
        for (const over of TRANSPORTS) {
          const task = { over, inFlight: IN_FLIGHT, seconds, checked: true };
          measured[over].push(await raw.measure(seconds / 2, () => servedLoop(load, stack.stack.predictorPid, task)));
        }
        const calls = TRANSPORTS.map((over) => `${over} ${measured[over].at(-1)?.own.callsPerSecond.toFixed(0)}`);
        log(
          `round ${round + 1} of ${rounds}: raw ${measured.stream.at(-1)?.raw.callsPerSecond.toFixed(0)}, ${calls.join(', ')} calls/s`,
        );
      }
      const [unary, stream] = TRANSPORTS.map((over) => summary(measured[over], GOALS[over]));
      return {
        name: 'grpc',
        goal: this.goal,
        value: unary?.ratio ?? NaN,
        ok: [unary, stream].every((one) => one?.ok === true),
        rounds,
        details: { unary, stream, inFlight: IN_FLIGHT, ...raw.figures(), ...conditions(stack.model.onnx) },
      };
    } finally {
      await load.stop();
      await raw.stop();
      await stack.stop();
    }
  },
};

function summary(all: readonly Beside<Served>[], goal: { ratio: number; cpuUs: number }) {
  const ratio = median(all.map(({ own, raw }) => own.callsPerSecond / raw.callsPerSecond));
  const aboveUs = median(all.map(({ own, raw }) => own.cpuUs - raw.cpuUs));
  return { ok: ratio >= goal.ratio || aboveUs <= goal.cpuUs, ratio, aboveUs, ...middle(all.map(({ own }) => own)) };
}
