import type { Bench } from '../bench';
import { BenchStack } from '../harness/bench-stack';
import { conditions } from '../harness/conditions';
import { RawBeside } from '../harness/raw-beside';
import { median } from '../harness/statistics';
import type { OpenLoopResult } from '../load/open-loop';
import { saturation } from '../load/saturation';

const N = 50;
const LEAST = 0.9;
const DEADLINE_MS = 50;
const IN_FLIGHT = 12;
const WARM_SECONDS = 8;

/** Twice as many calls as can be taken: what does not come from the model must say so, and most must be in time. */
export const overload: Bench = {
  name: 'overload',
  goal: `answers within ${DEADLINE_MS} ms at twice saturation at least ${LEAST} of those at saturation, all others than the model's marked, none non-finite; n = ${N}`,
  async run({ rounds, seconds, log }) {
    const stack = await BenchStack.start(log);
    const load = await stack.load(N, 'overload');
    const raw = await RawBeside.start(stack.onnxFile, N);
    try {
      await load.closed({ over: 'unary', inFlight: IN_FLIGHT, seconds: WARM_SECONDS, checked: true });
      const most = await saturation(load, seconds, log);
      const at: OpenLoopResult[] = [];
      const over: OpenLoopResult[] = [];
      const offer = (rate: number, seed: number): Promise<OpenLoopResult> =>
        load.open({ over: 'unary', rate, seconds, deadlineMs: DEADLINE_MS, seed });
      for (let seed = 0; seed < rounds; seed++) {
        await raw.measure(seconds / 4, async () => {
          at.push(await offer(most.rate, seed));
          over.push(await offer(2 * most.rate, seed));
        });
        const last = over.at(-1);
        log(
          `round ${seed + 1} of ${rounds}: ${last?.inTime} of ${last?.offered} in time, ${last?.fromModel} from the model, ${last?.marked} marked; generator ${last?.generatorLateMs.toFixed(2)} ms late`,
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
          saturation: most,
          inTimePerSecondAtSaturation: median(at.map(inTime)),
          inTimePerSecondAtTwice: median(over.map(inTime)),
          offered: sum((one) => one.offered),
          fromModel: sum((one) => one.fromModel),
          marked: sum((one) => one.marked),
          refused: over.map((one) => one.refused),
          unmarked,
          nonFinite,
          p99MsAtTwice: median(over.map((one) => one.p99Ms)),
          generatorLateMsAtTwice: median(over.map((one) => one.generatorLateMs)),
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

function inTime({ inTime: count, seconds }: OpenLoopResult): number {
  return count / seconds;
}
