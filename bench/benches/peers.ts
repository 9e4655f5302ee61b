import type { Bench } from '../bench';
import { freePorts } from '../../tools/stack/free-ports';
import { BenchStack } from '../harness/bench-stack';
import { conditions } from '../harness/conditions';
import { Contestant } from '../harness/contestant';
import { RawBeside } from '../harness/raw-beside';
import { middle, servedLoop, type Served } from '../harness/served-loop';
import { median } from '../harness/statistics';
import { LoadGenerator } from '../load/load-generator';

const N = 50;
const FASTER = 3;
const IN_FLIGHT = 12;
const WARM_SECONDS = 8;

/** Against what a team would write itself: Fastify, JSON rows and one session. */
export const peers: Bench = {
  name: 'peers',
  goal: `at least ${FASTER} times the requests a second of a minimal Fastify and onnxruntime server with JSON rows; one core each, n = ${N}`,
  async run({ rounds, seconds, log }) {
    const stack = await BenchStack.start(log);
    const [port = 0] = await freePorts(1);
    const peer = await Contestant.start<never, never>('peer-server', [stack.onnxFile, String(port)]);
    const toOwn = await stack.load(N, 'peers');
    const toPeer = await LoadGenerator.start({ jsonPort: port, n: N, onnxFile: stack.onnxFile });
    const raw = await RawBeside.start(stack.onnxFile, N);
    try {
      const task = { over: 'unary', inFlight: IN_FLIGHT, seconds, checked: true } as const;
      await toOwn.closed({ ...task, seconds: WARM_SECONDS });
      await toPeer.closed({ ...task, seconds: WARM_SECONDS, checked: false });
      const owns: Served[] = [];
      const theirs: Served[] = [];
      for (let round = 0; round < rounds; round++) {
        await raw.measure(seconds / 4, async () => {
          theirs.push(await servedLoop(toPeer, peer.pid, { ...task, checked: false }));
          owns.push(await servedLoop(toOwn, stack.stack.predictorPid, task));
        });
        log(
          `round ${round + 1} of ${rounds}: ${owns.at(-1)?.callsPerSecond.toFixed(0)} against ${theirs.at(-1)?.callsPerSecond.toFixed(0)} calls/s`,
        );
      }
      const ratio = median(owns.map((one, i) => one.callsPerSecond / (theirs[i]?.callsPerSecond ?? NaN)));
      return {
        name: 'peers',
        goal: this.goal,
        value: ratio,
        ok: ratio >= FASTER,
        rounds,
        details: {
          own: middle(owns),
          peer: middle(theirs),
          ...raw.figures(),
          ...conditions(stack.model.onnx),
        },
      };
    } finally {
      await toOwn.stop();
      await toPeer.stop();
      await raw.stop();
      await peer.stop();
      await stack.stop();
    }
  },
};
