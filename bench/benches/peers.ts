import { sha256Hex } from '@adlift/scoring';
import type { Bench } from '../bench';
import { AnswerCheck } from '../harness/answer-check';
import { BenchStack } from '../harness/bench-stack';
import { Contestant } from '../harness/contestant';
import { freePorts } from '../../tools/stack/free-ports';
import { JsonLoad } from '../harness/json-load';
import { closedLoop, PredictLoad, type SendOne } from '../harness/predict-load';
import { cpuSeconds, machine } from '../harness/processor';
import { median } from '../harness/statistics';
import { BenchRequests } from '../model/bench-requests';

const N = 50;
const FASTER = 3;
const IN_FLIGHT = 12;
const WARM_SECONDS = 8;

interface Measured {
  readonly callsPerSecond: number;
  readonly cpuUs: number;
}

/** Against what a team would write itself: Fastify, JSON rows and one session. */
export const peers: Bench = {
  name: 'peers',
  goal: `at least ${FASTER} times the requests a second of a minimal Fastify and onnxruntime server with JSON rows; one core each, n = ${N}`,
  async run({ rounds, seconds, log }) {
    const stack = await BenchStack.start(log);
    const [port = 0] = await freePorts(1);
    const peer = await Contestant.start<never, never>('peer-server', [stack.onnxFile, String(port)]);
    const own = new PredictLoad(stack.stack.grpcAddress, new BenchRequests(N, 'peers'));
    const json = new JsonLoad(port, N);
    try {
      const check = await AnswerCheck.of(stack.model, stack.onnxFile, N);
      const toPeer: SendOne = async () => {
        const { body, variant } = await json.send();
        return { bytes: body, variant };
      };
      for (let i = 0; i < 20; i++) {
        const { body, variant } = await json.send();
        const { pctr } = JSON.parse(body.toString()) as { pctr: number[] };
        if (!check.matches(Float32Array.from(pctr), variant)) throw new Error('the peer gives other scores');
      }
      const measure = async (send: SendOne, pid: number, looked?: AnswerCheck): Promise<Measured> => {
        const cpu = cpuSeconds(pid);
        const { callsPerSecond, failed } = await closedLoop(send, IN_FLIGHT, seconds, looked);
        if (failed > 0) throw new Error(`${failed} calls were not answered by the model`);
        return { callsPerSecond, cpuUs: ((cpuSeconds(pid) - cpu) * 1e6) / (callsPerSecond * seconds) };
      };
      await closedLoop(own.unary, IN_FLIGHT, WARM_SECONDS);
      await closedLoop(toPeer, IN_FLIGHT, WARM_SECONDS);
      const owns: Measured[] = [];
      const theirs: Measured[] = [];
      for (let round = 0; round < rounds; round++) {
        theirs.push(await measure(toPeer, peer.pid));
        owns.push(await measure(own.unary, stack.stack.predictorPid, check));
        log(
          `round ${round + 1} of ${rounds}: ${owns.at(-1)?.callsPerSecond.toFixed(0)} against ${theirs.at(-1)?.callsPerSecond.toFixed(0)} calls/s`,
        );
      }
      const ratio = median(owns.map((one, i) => one.callsPerSecond / (theirs[i]?.callsPerSecond ?? NaN)));
      const middle = (all: readonly Measured[]): Measured => ({
        callsPerSecond: median(all.map(({ callsPerSecond }) => callsPerSecond)),
        cpuUs: median(all.map(({ cpuUs }) => cpuUs)),
      });
      return {
        name: 'peers',
        goal: this.goal,
        value: ratio,
        ok: ratio >= FASTER,
        rounds,
        details: {
          own: middle(owns),
          peer: middle(theirs),
          modelSha256: sha256Hex(stack.model.onnx),
          machine: machine(),
        },
      };
    } finally {
      own.close();
      json.close();
      await peer.stop();
      await stack.stop();
    }
  },
};
