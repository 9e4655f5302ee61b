#!/usr/bin/env node
// Everything a change must pass: `npm test`. Static checks first, two at a time, then the tests.
import { runBroker } from './run-broker.mjs';
import { runJest } from './run-jest.mjs';
import { runStaticSteps } from './static-steps.mjs';

const TIERS = ['unit', 'integration', 'e2e', 'broker'];
const HELP = `usage: npm test [-- --only static|unit|integration|e2e|broker]

Runs what every change must pass:
  static       generated code up to date, formatting, types, lint, boundaries between parts, build
  unit         specs beside the sources
  integration  the parts on a real PostgreSQL and a real Unleash server, started for the run
  e2e          the built applications over the wire
  broker       beside the unit specs, a small \`npm run test:broker\`: a cluster of RabbitMQ from Debian's package; skipped aloud without it

The last line is "N passed, N failed", static checks and tests together; the exit code is 0 only when nothing failed.`;

function parse(args) {
  if (args.includes('--help')) return { help: true };
  if (args.length === 0) return { only: undefined };
  const [flag, only] = args;
  const known = ['static', ...TIERS];
  if (flag !== '--only' || !known.includes(only) || args.length > 2) {
    return { problem: `unknown arguments "${args.join(' ')}"; allowed are --help and --only ${known.join('|')}` };
  }
  return { only };
}

async function main() {
  const { help, problem, only } = parse(process.argv.slice(2));
  if (help) return console.log(HELP);
  if (problem !== undefined) {
    console.error(problem);
    process.exitCode = 2;
    return;
  }
  const totals = { passed: 0, failed: 0 };
  const add = ({ passed, failed }) => {
    totals.passed += passed;
    totals.failed += failed;
  };
  if (only === undefined || only === 'static') add(await runStaticSteps());
  // These run what is built, so a build that the static steps did not make is made here.
  if (only === 'e2e' || only === 'broker') add(await runStaticSteps(['build']));
  const asked = (tier) => only === undefined || only === tier;
  // The broker's checks wait for elections and restarts half of the time, and watch no clock as the later tests do.
  const besideUnit = asked('broker') ? runBroker() : undefined;
  if (asked('unit')) add(await runJest('unit'));
  if (besideUnit !== undefined) add(await besideUnit);
  for (const tier of ['integration', 'e2e']) if (asked(tier)) add(await runJest(tier));
  console.log(`${totals.passed} passed, ${totals.failed} failed`);
  process.exitCode = totals.failed === 0 ? 0 : 1;
}

const [major] = process.versions.node.split('.').map(Number);
if (major < 24) {
  console.error(`The checks run under the Node 24 of node_modules, this is ${process.version}: use "npm test".`);
  process.exitCode = 1;
} else {
  await main();
}
