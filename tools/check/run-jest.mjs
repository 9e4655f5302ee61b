import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

/**
 * Runs one project of jest.config.js, its output visible, and counts its tests. A suite that does not run, a run
 * without a test, and a jest that dies or complains after its tests each count as one failure.
 */
export async function runJest(project) {
  console.log(`\n${project} tests`);
  const folder = mkdtempSync(join(tmpdir(), 'adlift-check-'));
  const report = join(folder, 'report.json');
  try {
    const code = await jest(project, report);
    const totals = countTests(report);
    if (totals === undefined) return failure(`jest gave no report of the ${project} tests`);
    if (totals.passed + totals.failed === 0) return failure(`there were no ${project} tests to run`);
    if (code !== 0 && totals.failed === 0) {
      console.log(`FAIL jest ended with code ${code} although no ${project} test failed`);
      totals.failed++;
    }
    return totals;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function failure(reason) {
  console.log(`FAIL ${reason}`);
  return { passed: 0, failed: 1 };
}

function countTests(report) {
  try {
    const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(readFileSync(report, 'utf8'));
    return { passed: numPassedTests, failed: numFailedTests + numRuntimeErrorTestSuites };
  } catch {
    return undefined;
  }
}

function jest(project, report) {
  const args = [
    // The young generation of the predictor, see the stack: what a collection takes of a turn is bounded in tests too.
    '--max-semi-space-size=8',
    ...['--experimental-vm-modules', '--expose-gc', '--no-warnings=ExperimentalWarning'],
    join(root, 'node_modules', 'jest', 'bin', 'jest.js'),
    ...['--selectProjects', project, '--json', '--outputFile', report],
  ];
  return new Promise((resolve) => {
    // Jest writes its progress to standard error and, with --json, the report to standard output too.
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
    child.once('error', (error) => {
      console.log(error.message);
      resolve(1);
    });
    child.once('close', (code) => resolve(code ?? 1));
  });
}
