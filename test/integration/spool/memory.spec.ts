import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { scratchFolder } from './scratch-folder';

const COMPILER = join(__dirname, '../../jest/register-typescript.cjs');
const PROGRAM = join(__dirname, 'filling-process.ts');
const MIB = 1 << 20;
/** 91 MB of a quiet process, the slabs being most of it, and what an allocator may hold back on a busy machine. */
const MOST_MIB = 125;
const folder = scratchFolder();

it('a backlog of 500 MB costs the process no more memory than its slabs and caches take', async () => {
  const args = ['--require', COMPILER, PROGRAM, join(folder, 'large.db'), String(500 * MIB)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const { baseRss, highestRss, backlogBytes } = JSON.parse(stdout) as Record<string, number>;
  expect(backlogBytes).toBeGreaterThanOrEqual(500 * MIB);
  expect((highestRss - baseRss) / MIB).toBeLessThan(MOST_MIB);
}, 120_000);
