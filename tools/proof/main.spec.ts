import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { ProofRow } from './proof-row';

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
  it('upholds every claim on twelve seeds, within what twelve seeds can show', async () => {
    const { code, stdout, stderr } = await proof('--json', '--seeds', '12');
    const { rows } = JSON.parse(stdout) as { rows: ProofRow[] };
    expect(rows.filter(({ ok }) => !ok)).toEqual([]);
    expect(rows.every(({ name, runs }) => runs === 12 && name.includes('widened for 12 of'))).toBe(true);
    // Six fixed and twelve sequential A/A, six of coverage, seven of covariates, two of the sample ratio, six of the
    // budget split, four of the demo.
    expect(rows).toHaveLength(43);
    expect(stderr).toContain('budget-split: 12 of 12');
    expect(stderr).toContain('demo: 12 of 12');
    expect(code).toBe(0);
  }, 600_000);

  it('runs one proof alone, and prints a table', async () => {
    const { code, stdout } = await proof('sample-ratio', '--seeds', '3');
    expect(stdout).toMatch(/^ok {4}100\.00 % {2}in .* 3 runs {2}sample ratio: 51\/49/);
    expect(stdout.trim().split('\n')).toHaveLength(2);
    expect(code).toBe(0);
  }, 60_000);

  it('explains itself', async () => {
    const { code, stdout } = await proof('--help');
    expect(stdout).toContain('--seeds <n>');
    expect(stdout).toContain('budget-split');
    expect(code).toBe(0);
  });

  it.each([
    ['a number of seeds that is no count', ['--seeds', '0'], 'whole number'],
    ['a proof that does not exist', ['lemma'], 'Allowed choices are all, error-rates'],
  ])('refuses %s', async (_, args, message) => {
    const { code, stdout, stderr } = await proof(...args);
    expect(stderr).toContain(message);
    expect(stdout).toBe('');
    expect(code).toBe(1);
  });
});
