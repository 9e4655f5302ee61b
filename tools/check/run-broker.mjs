import { spawn } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
const TOOL = join(root, 'dist', 'tools', 'broker', 'main.js');
/** Every fault once at least, the leader killed twice. */
const SMALL = ['--kills', '4', '--events', '10000', '--json'];

/** Runs the checks of the broker, its progress visible, and counts them. Without a RabbitMQ there are none, aloud. */
export async function runBroker() {
  console.log('\nbroker tests');
  const { code, output } = await run();
  const document = parsed(output);
  if (document?.skipped !== undefined) {
    console.log(`SKIPPED the broker tests: ${document.skipped}`);
    return { passed: 0, failed: 0 };
  }
  if (document === undefined) {
    console.log(`FAIL the broker tests gave no report, exit code ${code}`);
    return { passed: 0, failed: 1 };
  }
  for (const { name, ok, detail } of document.checks) console.log(`${ok ? 'ok  ' : 'FAIL'} ${name}: ${detail}`);
  const failed = document.checks.filter(({ ok }) => !ok).length;
  return { passed: document.checks.length - failed, failed };
}

function parsed(output) {
  try {
    return JSON.parse(output);
  } catch {
    return undefined;
  }
}

function run() {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [TOOL, ...SMALL], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
    child.once('error', (error) => resolve({ code: error.message, output }));
    child.once('close', (code) => resolve({ code, output }));
  });
}
