import { sha256Hex } from '@adlift/scoring';
import type { Bench } from '../bench';
import { AnswerCheck } from '../harness/answer-check';
import { BenchStack } from '../harness/bench-stack';
import { openLoop, saturation, type OpenLoopResult } from '../harness/open-loop';
import { closedLoop, PredictLoad } from '../harness/predict-load';
import { machine } from '../harness/processor';
import { median } from '../harness/statistics';
import { BenchRequests } from '../model/bench-requests';

const N = 50;
const LEAST = 0.9;
const DEADLINE_MS = 50;
const IN_FLIGHT = 8;
const WARM_SECONDS = 8;

/** Twice as many calls as can be taken: what does not come from the model must say so, and most must be in time. */
export const overload: Bench = {
  name: 'overload',
  goal: `answers within ${DEADLINE_MS} ms at twice saturation at least ${LEAST} of those at saturation, all others than the model's marked, none non-finite; n = ${N}`,
  async run({ rounds, seconds, log }) {
    const stack = await BenchStack.start(log);
    const load = new PredictLoad(stack.stack.grpcAddress, new BenchRequests(N, 'overload'));
    try {
      const check = await AnswerCheck.of(stack.model, stack.onnxFile, N);
      const { callsPerSecond } = await closedLoop(load.unary, IN_FLIGHT, WARM_SECONDS);
      const most = await saturation(load.unary, check, callsPerSecond, seconds, log);
      const at: OpenLoopResult[] = [];
      const over: OpenLoopResult[] = [];
      const inTime = ({ inTime: count, seconds: took }: OpenLoopResult): number => count / took;
      for (let round = 0; round < rounds; round++) {
        at.push(await openLoop(load.unary, check, { rate: most, seconds, deadlineMs: DEADLINE_MS, seed: round }));
        over.push(await openLoop(load.unary, check, { rate: 2 * most, seconds, deadlineMs: DEADLINE_MS, seed: round }));
        const last = over.at(-1);
        log(
          `round ${round + 1} of ${rounds}: ${last?.inTime} of ${last?.offered} in time, ${last?.fromModel} from the model, ${last?.marked} marked`,
        );
      }
      const ratio = median(over.map((one, i) => inTime(one) / inTime(at[i] ?? one)));
      const sum = (read: (one: OpenLoopResult) => number): number => over.reduce((all, one) => all + read(one), 0);
      const unmarked = sum((one) => one.unmarked);
      const nonFinite = sum((one) => one.nonFinite);
      return {
        name: 'overload',
        goal: this.goal,
        value: ratio,
        ok: ratio >= LEAST && unmarked === 0 && nonFinite === 0,
        rounds,
        details: {
          saturationPerSecond: most,
          inTimePerSecondAtSaturation: median(at.map(inTime)),
          inTimePerSecondAtTwice: median(over.map(inTime)),
          offered: sum((one) => one.offered),
          fromModel: sum((one) => one.fromModel),
          marked: sum((one) => one.marked),
          refused: over.map((one) => one.refused),
          unmarked,
          nonFinite,
          p99MsAtTwice: median(over.map((one) => one.p99Ms)),
          modelSha256: sha256Hex(stack.model.onnx),
          machine: machine(),
        },
      };
    } finally {
      load.close();
      await stack.stop();
    }
  },
};
