import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Bench } from '../bench';
import { conditions } from '../harness/conditions';
import { SERVER_CORE } from '../harness/processor';
import { RawBeside, type Beside } from '../harness/raw-beside';
import { median } from '../harness/statistics';
import { makeBenchModel } from '../model/bench-bundle';

const N = 50;
const WITHIN = 0.1;
const SCRIPT = join(__dirname, '..', '..', '..', 'bench', 'outside-loop.mjs');

/** The yardstick itself: a script with nothing of this project in it must be as fast. */
export const raw: Bench = {
  name: 'raw',
  goal: `the raw loop that the benches compare with within ${WITHIN} of bench/outside-loop.mjs on the same file; n = ${N}`,
  async run({ rounds, seconds, keepModel, log }) {
    const folder = mkdtempSync(join(tmpdir(), 'adlift-bench-'));
    try {
      log('making the model (104 MB) ...');
      const { onnx } = await makeBenchModel('1');
      const file = keepModel === undefined ? join(folder, 'model.onnx') : resolve(keepModel);
      writeFileSync(file, onnx);
      const loop = await RawBeside.start(file, N);
      const outside = async (): Promise<number> => {
        const args = ['-c', String(SERVER_CORE), process.execPath, SCRIPT, file, String(seconds)];
        return Number((await promisify(execFile)('taskset', args)).stdout);
      };
      const all: Beside<number>[] = [];
      for (let round = 0; round < rounds; round++) {
        const one = await loop.measure(seconds / 2, outside);
        all.push(one);
        log(`round ${round + 1} of ${rounds}: ${one.raw.callsPerSecond.toFixed(0)} against ${one.own} calls/s`);
      }
      await loop.stop();
      const ratio = median(all.map(({ own, raw }) => raw.callsPerSecond / own));
      return {
        name: 'raw',
        goal: this.goal,
        value: ratio,
        ok: Math.abs(ratio - 1) <= WITHIN,
        rounds,
        details: {
          outsideCallsPerSecond: median(all.map(({ own }) => own)),
          ...loop.figures(),
          ...conditions(onnx),
        },
      };
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};
