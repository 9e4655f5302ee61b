import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bench } from '../bench';
import type { RawTask } from '../contestants/raw-loop';
import { conditions } from '../harness/conditions';
import { Contestant } from '../harness/contestant';
import { RawBeside, type Beside } from '../harness/raw-beside';
import type { LoopResult } from '../harness/timed-loop';
import { median } from '../harness/statistics';
import { makeBenchModel } from '../model/bench-bundle';

const N = 50;
const RATIO = 0.75;
const CPU_US = 119;
const WARM_SECONDS = 2;

/** From request bytes to calibrated probabilities on one thread, against the runtime alone. */
export const score: Bench = {
  name: 'score',
  goal: `columns to pCTR at least ${RATIO} of a raw session.run loop, or at most ${CPU_US} us of CPU above it; n = ${N}, same thread`,
  async run({ rounds, seconds, log }) {
    const folder = mkdtempSync(join(tmpdir(), 'adlift-bench-'));
    try {
      log('making the model (104 MB) ...');
      const { onnx } = await makeBenchModel('1');
      const file = join(folder, 'model.onnx');
      writeFileSync(file, onnx);
      const raw = await RawBeside.start(file, N);
      const own = await Contestant.start<RawTask, LoopResult>('score-loop', [file]);
      const all: Beside<LoopResult>[] = [];
      await own.run({ n: N, seconds: WARM_SECONDS });
      for (let round = 0; round < rounds; round++) {
        const one = await raw.measure(seconds / 2, () => own.run({ n: N, seconds }));
        all.push(one);
        log(
          `round ${round + 1} of ${rounds}: ${one.own.callsPerSecond.toFixed(0)} against ${one.raw.callsPerSecond.toFixed(0)} calls/s`,
        );
      }
      await raw.stop();
      await own.stop();
      const ratio = median(all.map(({ own, raw }) => own.callsPerSecond / raw.callsPerSecond));
      const above = median(all.map(({ own, raw }) => own.cpuUs - raw.cpuUs));
      return {
        name: 'score',
        goal: this.goal,
        value: ratio,
        ok: ratio >= RATIO || above <= CPU_US,
        rounds,
        details: {
          cpuAboveRawUs: above,
          callsPerSecond: median(all.map(({ own }) => own.callsPerSecond)),
          cpuUs: median(all.map(({ own }) => own.cpuUs)),
          ...raw.figures(),
          ...conditions(onnx),
        },
      };
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};
