import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeBundleFolder } from '@adlift/scoring';
import type { Bench } from '../bench';
import type { PoolResult, PoolTask } from '../contestants/pool-loop';
import { conditions } from '../harness/conditions';
import { Contestant } from '../harness/contestant';
import { RawBeside } from '../harness/raw-beside';
import { median } from '../harness/statistics';
import { makeBenchModel } from '../model/bench-bundle';

const CALLERS = 64;
const FASTER = 1.5;
const SLOWER = 1.05;

/** What sharing runs brings when many small requests come at once, and that it costs nothing when there is one. */
export const batching: Bench = {
  name: 'batching',
  goal: `${CALLERS} single-row callers with micro-batching at least ${FASTER} times without; one caller's p50 at most ${SLOWER} times`,
  async run({ rounds, seconds, log }) {
    const folder = mkdtempSync(join(tmpdir(), 'adlift-bench-'));
    try {
      log('making the model (104 MB) ...');
      const { bundle, onnx } = await makeBenchModel('1');
      const bundles = writeBundleFolder(folder, bundle);
      const file = join(folder, 'model.onnx');
      writeFileSync(file, onnx);
      const raw = await RawBeside.start(file, 1);
      const pool = await Contestant.start<PoolTask, PoolResult>('pool-loop', [bundle.digest, bundles]);
      const many: { on: PoolResult; off: PoolResult }[] = [];
      const one: { on: PoolResult; off: PoolResult }[] = [];
      const pair = async (callers: number): Promise<{ on: PoolResult; off: PoolResult }> => ({
        on: await pool.run({ batching: true, callers, seconds }),
        off: await pool.run({ batching: false, callers, seconds }),
      });
      for (const callers of [CALLERS, 1]) await pair(callers);
      for (let round = 0; round < rounds; round++) {
        await raw.measure(seconds / 4, async () => {
          many.push(await pair(CALLERS));
          one.push(await pair(1));
        });
        log(
          `round ${round + 1} of ${rounds}: ${many.at(-1)?.on.callsPerSecond.toFixed(0)} against ${many.at(-1)?.off.callsPerSecond.toFixed(0)} calls/s; alone ${one.at(-1)?.on.p50Us.toFixed(0)} against ${one.at(-1)?.off.p50Us.toFixed(0)} us`,
        );
      }
      await pool.stop();
      await raw.stop();
      const faster = median(many.map(({ on, off }) => on.callsPerSecond / off.callsPerSecond));
      const slower = median(one.map(({ on, off }) => on.p50Us / off.p50Us));
      return {
        name: 'batching',
        goal: this.goal,
        value: faster,
        ok: faster >= FASTER && slower <= SLOWER,
        rounds,
        details: {
          callsPerSecond: median(many.map(({ on }) => on.callsPerSecond)),
          callsPerSecondWithout: median(many.map(({ off }) => off.callsPerSecond)),
          jobsPerRun: median(many.map(({ on }) => on.jobsPerRun)),
          aloneP50Ratio: slower,
          aloneP50Us: median(one.map(({ on }) => on.p50Us)),
          ...raw.figures(),
          ...conditions(onnx),
        },
      };
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};
