import { InvalidArgumentError, Option, program } from 'commander';
import { BrokerCluster } from '../broker/broker-cluster';
import { rabbitOrReason } from '../broker/rabbit-package';
import { startProgress } from '../proof/progress';
import { runChaos, type ChaosReport } from './chaos-run';
import { SABOTAGES, type Sabotage } from './sabotage';

interface Arguments {
  kills: number;
  events: number;
  seed: number;
  sabotage?: Sabotage;
  broker: boolean;
  json: boolean;
}

program
  .name('chaos')
  .description(
    `Kills PostgreSQL, the predictor, the leader of the fold and the ad server that reports to them, cuts connections,
holds locks, fills the spool and its disk; then looks in the raw tables for every event that was acknowledged.
Exits with 1 when one is missing or double, or a kept sum is not what the raw rows give.`,
  )
  .option('--kills <n>', 'processes to kill with kill -9', parseCount, 100)
  .option('--events <n>', 'events to be acknowledged at least', parseCount, 200_000)
  .option('--seed <n>', 'seed of the pauses', parseCount, 1)
  .addOption(new Option('--sabotage <how>', 'break a promise on purpose; the run must fail').choices(SABOTAGES))
  .option('--broker', 'by way of a cluster of RabbitMQ, whose nodes are killed too', false)
  .option('--json', 'print one JSON document on standard output', false)
  .action(async ({ json, sabotage, broker, ...options }: Arguments) => {
    const log = (line: string): unknown => process.stderr.write(`${line}\n`);
    const rabbit = broker ? rabbitOrReason(log) : undefined;
    if (typeof rabbit === 'string') throw new Error(rabbit);
    const cluster = rabbit && (await BrokerCluster.start(rabbit));
    const progress = startProgress('chaos', options.kills);
    const report = await runChaos({
      ...{ ...options, sabotage, cluster, log },
      onProgress: (kills) => progress.update(kills),
    }).finally(() => cluster?.stop());
    progress.stop();
    process.stdout.write(json ? `${JSON.stringify(report, undefined, 2)}\n` : text(report));
    process.exitCode = report.ok ? 0 : 1;
  });

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`chaos: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(2);
});

function parseCount(value: string): number {
  const count = Number(value);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('A whole number from 1 is allowed.');
  return count;
}

function text(report: ChaosReport): string {
  const { ok, settled, acked, stored, missing, double, statisticsEqual, kills, killsInsideTransaction, seconds } =
    report;
  return `${ok ? 'ok  ' : 'FAIL'} ${acked} events acknowledged, ${stored} stored, ${missing} missing, ${double} double
     kept statistics ${statisticsEqual ? 'equal' : 'differ from'} what the raw rows give
${settled ? '' : '     not all of it had arrived in the kept sums when the wait ended\n'}     ${kills} kills, ${killsInsideTransaction} of them inside a transaction, ${seconds} s
${[...report.missed, ...report.differing].map((line) => `     ${line}\n`).join('')}`;
}
