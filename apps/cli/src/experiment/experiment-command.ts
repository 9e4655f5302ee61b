import { Command } from 'commander';
import { reportTable, shadowTable } from '@adlift/client';
import type { Connect } from '../connection';

/** `adlift experiment list | report KEY | shadow KEY | stop KEY`. */
export function experimentCommand(connect: Connect): Command {
  const command = new Command('experiment').description('look at experiments and end them');
  command
    .command('list')
    .description('all experiments, oldest first')
    .option('--json', 'print one JSON document on standard output', false)
    .action(async ({ json }: { json: boolean }) => {
      const connection = await connect();
      try {
        const experiments = await connection.admin.experiments();
        const lines = experiments.map(
          ({ key, state, design }) => `${key}\t${state}\t${design.variants.map(({ name }) => name).join(' : ')}`,
        );
        process.stdout.write(
          json ? `${JSON.stringify(experiments, null, 2)}\n` : `${lines.join('\n') || 'no experiments yet'}\n`,
        );
      } finally {
        await connection.close();
      }
    });
  command
    .command('report <key>')
    .description('lifts, intervals, checks and the verdict')
    .option('--json', 'print one JSON document on standard output', false)
    .action(async (key: string, { json }: { json: boolean }) => {
      const connection = await connect();
      try {
        const report = await connection.admin.report(key);
        process.stdout.write(`${json ? JSON.stringify(report, null, 2) : reportTable(report)}\n`);
      } finally {
        await connection.close();
      }
    });
  command
    .command('shadow <key>')
    .description('what shadow variants predict beside what was served')
    .option('--json', 'print one JSON document on standard output', false)
    .action(async (key: string, { json }: { json: boolean }) => {
      const connection = await connect();
      try {
        const report = await connection.admin.shadowReport(key);
        process.stdout.write(`${json ? JSON.stringify(report, null, 2) : shadowTable(report)}\n`);
      } finally {
        await connection.close();
      }
    });
  command
    .command('stop <key>')
    .description('end the traffic of a running experiment; its report stays')
    .action(async (key: string) => {
      const connection = await connect();
      try {
        const { state } = await connection.admin.stopExperiment(key);
        process.stderr.write(`${key} is ${state}\n`);
      } finally {
        await connection.close();
      }
    });
  return command;
}
