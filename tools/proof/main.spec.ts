import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { ProofReport } from './demo-proof';

const COMPILER = join(__dirname, '../../test/jest/register-typescript.cjs');
const PROGRAM = join(__dirname, 'main.ts');

interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command as a user would, but from its sources. */
function proof(...args: string[]): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--require', COMPILER, PROGRAM, ...args]);
    const text = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => (text.stdout += String(chunk)));
    child.stderr.on('data', (chunk) => (text.stderr += String(chunk)));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...text }));
  });
}

describe('the proof command', () => {
  it('upholds the claims on twelve seeds, within what twelve seeds can show', async () => {
    const { code, stdout, stderr } = await proof('demo', '--json', '--seeds', '12');
    const { seeds, rows } = JSON.parse(stdout) as ProofReport;
    expect(seeds).toBe(12);
    expect(rows.filter(({ ok }) => !ok)).toEqual([]);
    expect(rows).toHaveLength(4);
    expect(stderr).toContain('runs: 12 of 12');
    expect(code).toBe(0);
  }, 60_000);

  it('explains itself', async () => {
    const { code, stdout } = await proof('--help');
    expect(stdout).toContain('--seeds <n>');
    expect(code).toBe(0);
  });

  it.each([
    ['a number of seeds that is no count', ['--seeds', '0'], 'whole number'],
    ['a proof that does not exist', ['lemma'], 'Allowed choices are demo'],
  ])('refuses %s', async (_, args, message) => {
    const { code, stdout, stderr } = await proof(...args);
    expect(stderr).toContain(message);
    expect(stdout).toBe('');
    expect(code).toBe(1);
  });
});
