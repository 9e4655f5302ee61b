import { Command } from 'commander';
import {
  reportTable,
  shadowTable,
  sliceTable,
  type AaQuestion,
  type PowerQuestion,
  type SampleFilter,
} from '@adlift/client';
import type { Connect } from '../connection';
import { print, withAdmin } from '../registry/with-admin';
import { aaText, percents, powerText } from './planning-text';
import { sampleTable } from './sample-table';

/** `adlift experiment list | power | aa | report KEY | shadow KEY | slices KEY | samples KEY | stop KEY`. */
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
    .command('power')
    .description('how large an experiment must be to see a lift, by the traffic of the last days')
    .option('--goal <metric>', 'ctr, conversionRate, rpm or revenuePerUnit', 'rpm')
    .option('--effect <lift>', 'a lift that must not be missed, such as 0.05', Number)
    .option('--units <number>', 'exposed units in all arms', Number)
    .option('--weights <percents>', 'by variant, the control first', percents, [50, 50])
    .option('--rollout <percent>', 'of all units', Number, 100)
    .option('--mode <mode>', 'sequential or fixed', 'sequential')
    .option('--power <share>', 'the chance to see it', Number, 0.8)
    .option('--days <number>', 'of traffic to learn from', Number, 14)
    .option('--json', 'print one JSON document on standard output', false)
    .action(async ({ json, units, ...question }: { json: boolean; units?: number } & PowerQuestion) => {
      const asked = { ...question, ...(units === undefined ? {} : { plannedUnits: units }) };
      const plan = await withAdmin(connect, (admin) => admin.planPower(asked));
      print(json, plan, powerText(plan));
    });
  command
    .command('aa')
    .description('how often each metric sees a difference where there is none, by the traffic of the last days')
    .option('--replays <number>', 'random splits of the same units', Number, 1000)
    .option('--weights <percents>', 'by variant, the control first', percents, [50, 50])
    .option('--days <number>', 'of traffic', Number, 14)
    .option('--seed <number>', 'of the splits', Number, 1)
    .option('--json', 'print one JSON document on standard output', false)
    .action(async ({ json, ...question }: { json: boolean } & AaQuestion) => {
      const report = await withAdmin(connect, (admin) => admin.replayAa(question));
      print(json, report, aaText(report));
    });
  command
    .command('slices <key>')
    .description('the rates of the report by placement, by campaign, and by new or known ads')
    .option('--dimension <name>', 'placement, campaign or ad; all by default')
    .option('--json', 'print one JSON document on standard output', false)
    .action(async (key: string, { json, dimension }: { json: boolean; dimension?: string }) => {
      const report = await withAdmin(connect, (admin) => admin.slices(key, dimension));
      print(json, report, sliceTable(report));
    });
  command
    .command('samples <key>')
    .description('candidates behind the report, the newest first: what was predicted and what became of it')
    .option('--variant <name>', 'of the arm they were assigned to')
    .option('--phase <number>', 'of one phase')
    .option('--outcome <outcome>', 'shown, clicked, converted or fallback', 'shown')
    .option('--limit <number>', 'at most this many, 1 to 1000', '20')
    .option('--cursor <cursor>', 'the page after this cursor')
    .option('--json', 'print one JSON document on standard output', false)
    .action(async (key: string, { json, ...filter }: { json: boolean } & SampleFilter) => {
      const page = await withAdmin(connect, (admin) => admin.samples(key, filter));
      const more = page.nextCursor === null ? '' : `\nmore with --cursor ${page.nextCursor}`;
      print(json, page, page.samples.length === 0 ? 'no such samples' : sampleTable(page.samples) + more);
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
