import { join } from 'node:path';
import { Spool } from '@adlift/spool';
import { expectStoredOnce } from './check-stored';
import { scratchFolder } from './scratch-folder';
import { SpoolProcess } from './spool-process';

const KILLS = 8;
const folder = scratchFolder();

/** Numbers in 0 to 1 from a seed (Lehmer's generator with Park and Miller's multiplier). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

describe('a spool whose process is killed', () => {
  it(`has every acknowledged record exactly once after ${KILLS} kills in the middle of appends`, async () => {
    const file = join(folder, 'killed.spool');
    const random = seeded(20_250_701);
    const acknowledged: number[] = [];
    for (let kill = 0; kill < KILLS; kill++) {
      const process = new SpoolProcess(file, kill * 1_000_000);
      await process.acknowledges(Math.ceil(random() * 5000));
      await process.kill();
      expect(process.refusals).toEqual([]);
      acknowledged.push(...process.acknowledged);
    }
    expect(acknowledged.length).toBeGreaterThan(KILLS * 20);
    await expectStoredOnce(file, acknowledged);
  }, 120_000);

  it('refuses a second owner by name and process while it lives, and lets it in when it was killed', async () => {
    const file = join(folder, 'owned.spool');
    const options = { file, streams: ['other'], maxBytes: 64 << 20 } as const;
    const owner = new SpoolProcess(file, 0);
    await owner.open();
    await expect(Spool.open(options)).rejects.toMatchObject({
      code: 'SPOOL_IN_USE',
      pid: owner.pid,
      message: `the spool ${file} is in use by process ${owner.pid}`,
    });
    // The refusal has cost the owner nothing.
    await owner.acknowledges(100);
    await owner.kill();
    const spool = await Spool.open(options);
    await spool.append('other', [new Uint8Array(1)]);
    expect(spool.stats.unclaimed).toBeGreaterThan(0);
    await spool.close();
  }, 60_000);
});
