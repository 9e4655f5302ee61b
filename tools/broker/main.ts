import { InvalidArgumentError, program } from 'commander';
import { runChaos } from '../chaos/chaos-run';
import { checksOf } from './broker-checks';
import { BrokerCluster } from './broker-cluster';
import { withPostgres } from './path-postgres';
import { rabbitOrReason } from './rabbit-package';
import { checkShare } from './share-check';
import { measureThroughput } from './throughput';

interface Arguments {
  kills: number;
  events: number;
  throughput: boolean;
  rounds: number;
  json: boolean;
}

program
  .name('test:broker')
  .description(
    `Starts a real cluster of three RabbitMQ nodes on loopback, from Debian's package, which is installed where that is
possible, and lets events go through it to PostgreSQL while leaders, nodes, writers and publishers are killed. Each
check is one line; exits with 1 when one fails. Without the package it says so, and exits with 0.`,
  )
  .option('--kills <n>', 'processes to kill with kill -9', parseCount, 7)
  .option('--events <n>', 'events to be acknowledged at least', parseCount, 20_000)
  .option(
    '--throughput',
    'measure the path by way of the broker against the direct one instead; 100,000 events are plenty',
    false,
  )
  .option('--rounds <n>', 'rounds of that', parseCount, 5)
  .option('--json', 'print one JSON document on standard output', false)
  .action(async (options: Arguments) => {
    const rabbit = rabbitOrReason(log);
    if (typeof rabbit === 'string') return skip(rabbit, options.json);
    const cluster = await BrokerCluster.start(rabbit);
    await (options.throughput ? measure(cluster, options) : check(cluster, options)).finally(() => cluster.stop());
  });

program.parseAsync().catch((error: unknown) => {
  log(`test:broker: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  process.exit(2);
});

function log(line: string): void {
  process.stderr.write(`${line}\n`);
}

function skip(reason: string, json: boolean): void {
  log(`SKIPPED: ${reason}`);
  if (json) process.stdout.write(`${JSON.stringify({ skipped: reason })}\n`);
}

async function check(cluster: BrokerCluster, { kills, events, json }: Arguments): Promise<void> {
  const report = await runChaos({
    ...{ kills, events, seed: 1, sabotage: undefined, cluster, log },
    onProgress: (killed, acknowledged) => log(`kill ${killed} of ${kills}, ${acknowledged} events acknowledged`),
  });
  const share = await withPostgres((databaseUrl) => checkShare(cluster, databaseUrl));
  const checks = [...checksOf(report), share];
  if (json) process.stdout.write(`${JSON.stringify({ checks, report }, undefined, 2)}\n`);
  else for (const { name, ok, detail } of checks) process.stdout.write(`${ok ? 'ok  ' : 'FAIL'} ${name}: ${detail}\n`);
  if (checks.some(({ ok }) => !ok)) process.exitCode = 1;
}

async function measure(cluster: BrokerCluster, { rounds, events, json }: Arguments): Promise<void> {
  const result = await measureThroughput({ cluster, rounds, events, log });
  const { name, goal, value, ok, details } = result;
  const text = `${ok ? 'ok  ' : 'FAIL'} ${name} ${value}, goal: ${goal}\n     ${JSON.stringify(details)}\n`;
  process.stdout.write(json ? `${JSON.stringify(result, undefined, 2)}\n` : text);
  if (!ok) process.exitCode = 1;
}

function parseCount(value: string): number {
  const count = Number(value);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('A whole number from 1 is allowed.');
  return count;
}
