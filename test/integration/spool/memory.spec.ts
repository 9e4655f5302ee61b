import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { scratchFolder } from './scratch-folder';

const COMPILER = join(__dirname, '../../jest/register-typescript.cjs');
const PROGRAM = join(__dirname, 'filling-process.ts');
const MIB = 1 << 20;
const MOST_MIB = 100;
/** What other work on the machine has an allocator hold back only adds; memory for the backlog would be there each time. */
const LOOKS = 3;
const folder = scratchFolder();

it('a backlog of 500 MB costs the process less than 100 MB of memory', async () => {
  let least = Infinity;
  for (let look = 0; look < LOOKS && least >= MOST_MIB; look++) {
    const args = ['--require', COMPILER, PROGRAM, join(folder, `large-${look}.spool`), String(500 * MIB)];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    const { baseRss, highestRss, backlogBytes } = JSON.parse(stdout) as Record<string, number>;
    expect(backlogBytes).toBeGreaterThanOrEqual(500 * MIB);
    least = Math.min(least, (highestRss - baseRss) / MIB);
  }
  expect(least).toBeLessThan(MOST_MIB);
}, 120_000);
