import { spawn } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
const bin = (...path) => join(root, 'node_modules', ...path);

const CRUISE = bin('dependency-cruiser', 'bin', 'dependency-cruiser.mjs');

const OPENAPI = [
  '--require',
  join(root, 'test', 'jest', 'register-typescript.cjs'),
  join(root, 'tools', 'build', 'generate-openapi.ts'),
];

/** Name and arguments of node, in the order in which they start; the long ones first. */
const STEPS = [
  ['lint', [bin('eslint', 'bin', 'eslint.js'), '.', '--max-warnings', '0']],
  ['types', [bin('typescript', 'bin', 'tsc'), '--noEmit', '-p', 'tsconfig.json']],
  ['formatting', [bin('prettier', 'bin', 'prettier.cjs'), '--check', '.', '--log-level', 'warn']],
  ['generated code', [join(root, 'tools', 'build', 'generate-proto.mjs'), '--check']],
  ['API document', [...OPENAPI, '--check']],
  ['boundaries', [CRUISE, 'apps', 'libs', 'tools', 'bench', 'test']],
  ['build', [join(root, 'tools', 'build', 'ensure-build.mjs')]],
];

const AT_A_TIME = 2;

/** Runs the static checks (all, or those named), prints one line each, and the output of those that fail. */
export async function runStaticSteps(names = STEPS.map(([name]) => name)) {
  const waiting = STEPS.filter(([name]) => names.includes(name));
  const totals = { passed: 0, failed: 0 };
  const lane = async () => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      const [name, args] = step;
      const started = performance.now();
      const { ok, output } = await run(args);
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      console.log(`${ok ? 'ok  ' : 'FAIL'} ${name.padEnd(18)} ${seconds.padStart(6)} s`);
      if (!ok) console.log(output.trimEnd());
      totals[ok ? 'passed' : 'failed']++;
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, lane));
  return totals;
}

/** Runs node with its output kept; a process that cannot start or is killed has failed. */
function run(args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    }
    child.once('error', (error) => resolve({ ok: false, output: error.message }));
    child.once('close', (code, signal) =>
      resolve({ ok: code === 0, output: signal === null ? output : `${output}\nended by ${signal}` }),
    );
  });
}
