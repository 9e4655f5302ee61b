import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SESSION_OPTIONS, sha256Hex } from '@adlift/scoring';
import type { Bench } from '../bench';
import type { RawTask } from '../contestants/raw-loop';
import { Contestant } from '../harness/contestant';
import type { LoopResult } from '../harness/timed-loop';
import { machine } from '../harness/processor';
import { median } from '../harness/statistics';
import { makeBenchModel } from '../model/bench-bundle';

const N = 50;
const RATIO = 0.75;
const CPU_US = 119;

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
      const raw = await Contestant.start<RawTask, LoopResult>('raw-loop', [file]);
      const own = await Contestant.start<RawTask, LoopResult>('score-loop', [file]);
      const raws: LoopResult[] = [];
      const owns: LoopResult[] = [];
      for (const warm of [raw, own]) await warm.run({ n: N, seconds: 1 });
      for (let round = 0; round < rounds; round++) {
        raws.push(await raw.run({ n: N, seconds }));
        owns.push(await own.run({ n: N, seconds }));
        log(
          `round ${round + 1} of ${rounds}: ${(owns.at(-1)?.callsPerSecond ?? 0).toFixed(0)} against ${(raws.at(-1)?.callsPerSecond ?? 0).toFixed(0)} calls/s`,
        );
      }
      await raw.stop();
      await own.stop();
      const ratio = median(owns.map((one, i) => one.callsPerSecond / (raws[i]?.callsPerSecond ?? NaN)));
      const above = median(owns.map((one, i) => one.cpuUs - (raws[i]?.cpuUs ?? NaN)));
      return {
        name: 'score',
        goal: this.goal,
        value: ratio,
        ok: ratio >= RATIO || above <= CPU_US,
        rounds,
        details: {
          cpuAboveRawUs: above,
          rawCallsPerSecond: median(raws.map((one) => one.callsPerSecond)),
          callsPerSecond: median(owns.map((one) => one.callsPerSecond)),
          modelSha256: sha256Hex(onnx),
          sessionOptions: SESSION_OPTIONS,
          machine: machine(),
        },
      };
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};
