import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command } from 'commander';
import {
  reportTable,
  shadowTable,
  sliceTable,
  type ExperimentView,
  type PlainStep,
  type SampleFilter,
  type StepOptions,
} from '@adlift/client';
import { CliError } from '../cli-error';
import type { Connect } from '../connection';
import { print, withAdmin } from '../registry/with-admin';
import { experimentLines, experimentList } from './experiment-text';
import { addPlanningCommands } from './planning-commands';
import { sampleTable } from './sample-table';
import { addTrafficCommands, wholePercent } from './traffic-commands';

const JSON_OPTION = ['--json', 'print one JSON document on standard output', false] as const;

/** Steps that need nothing but a reason, and what they do. */
const PLAIN_STEPS: Readonly<Record<Exclude<PlainStep, 'stop'>, string>> = {
  ready: 'say that the design is finished',
  unschedule: 'take a scheduled start back',
  pause: 'take the traffic away for a while',
  resume: 'give it back, in a phase of its own',
  resync: 'have a flag that was changed by hand say again what it shall',
  conclude: 'end one that is stopping, without waiting any longer for conversions',
  abort: 'end it without a result',
  archive: 'put one that has ended out of sight; its report stays',
};

/** `adlift experiment ...`; a relative file starts at `userFolder`. */
export function experimentCommand(connect: Connect, userFolder: string): Command {
  const command = new Command('experiment').description('make experiments, look at them, and take their steps');
  command
    .command('list')
    .description('all experiments but archived ones, oldest first')
    .option(...JSON_OPTION)
    .action(async ({ json }: { json: boolean }) => {
      const experiments = await withAdmin(connect, (admin) => admin.experiments());
      print(json, experiments, experimentList(experiments));
    });
  command
    .command('show <key>')
    .description('its state, its flag, what may be done, and every change')
    .option(...JSON_OPTION)
    .action(async (key: string, { json }: { json: boolean }) => {
      const [experiment, revisions] = await withAdmin(connect, (admin) =>
        Promise.all([admin.experiment(key), admin.revisions(key)]),
      );
      print(json, { experiment, revisions }, experimentLines(experiment, revisions));
    });
  command
    .command('create <file>')
    .description('a draft from a JSON file: {"key", "description", "design", "schedule"}')
    .action(async (file: string) => {
      tell(await withAdmin(connect, (admin) => admin.createExperiment(readJson(resolve(userFolder, file)))));
    });
  command
    .command('report <key>')
    .description('lifts, intervals, checks and the verdict')
    .option(...JSON_OPTION)
    .action(async (key: string, { json }: { json: boolean }) => {
      const report = await withAdmin(connect, (admin) => admin.report(key));
      print(json, report, reportTable(report));
    });
  command
    .command('shadow <key>')
    .description('what shadow variants predict beside what was served')
    .option(...JSON_OPTION)
    .action(async (key: string, { json }: { json: boolean }) => {
      const report = await withAdmin(connect, (admin) => admin.shadowReport(key));
      print(json, report, shadowTable(report));
    });
  addPlanningCommands(command, connect);
  addTrafficCommands(command, connect);
  command
    .command('slices <key>')
    .description('the rates of the report by placement, campaign, new or known ads, country and device')
    .option('--dimension <name>', 'placement, campaign, ad, country or device; all by default')
    .option(...JSON_OPTION)
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
    .option(...JSON_OPTION)
    .action(async (key: string, { json, ...filter }: { json: boolean } & SampleFilter) => {
      const page = await withAdmin(connect, (admin) => admin.samples(key, filter));
      const more = page.nextCursor === null ? '' : `\nmore with --cursor ${page.nextCursor}`;
      print(json, page, page.samples.length === 0 ? 'no such samples' : sampleTable(page.samples) + more);
    });
  command
    .command('approve <key>')
    .description('agree to its traffic as the second person')
    .option('--reason <text>', 'why', '')
    .action(async (key: string, { reason }: { reason: string }) => {
      tell(await withAdmin(connect, (admin) => admin.approveExperiment(key, reason)));
    });
  step(command, 'start <key>', 'freeze the design and send traffic').action(async (key: string, options: StepOptions) =>
    tell(await withAdmin(connect, (admin) => admin.startExperiment(key, options))),
  );
  step(command, 'schedule <key> [time]', 'have it start by itself, by default when its schedule says').action(
    async (key: string, time: string | undefined, options: StepOptions) =>
      tell(await withAdmin(connect, (admin) => admin.scheduleExperiment(key, time, options))),
  );
  step(command, 'ramp <key> <percent>', 'move its share of all units').action(
    async (key: string, percent: string, options: StepOptions) =>
      tell(await withAdmin(connect, (admin) => admin.rampExperiment(key, wholePercent(percent), options))),
  );
  step(command, 'stop <key>', 'end the traffic and wait for its last conversions; the report stays').action(
    async (key: string, options: StepOptions) =>
      tell(await withAdmin(connect, (admin) => admin.stopExperiment(key, options))),
  );
  for (const [name, what] of Object.entries(PLAIN_STEPS)) {
    step(command, `${name} <key>`, what).action(async (key: string, options: StepOptions) =>
      tell(await withAdmin(connect, (admin) => admin.stepExperiment(key, name as PlainStep, options))),
    );
  }
  return command;
}

function step(command: Command, usage: string, description: string): Command {
  return command
    .command(usage)
    .description(description)
    .option('--reason <text>', 'why; it is written down')
    .option('--dry-run', 'do nothing, and print what Unleash would be asked for', false);
}

function tell({ key, state, phase, rollout, dryRun, unleashCalls }: ExperimentView): void {
  if (dryRun === true) {
    process.stdout.write(`${JSON.stringify({ key, state, phase, rollout, unleashCalls }, null, 2)}\n`);
    return;
  }
  process.stderr.write(`${key} is ${state}${rollout === null ? '' : `, phase ${phase}, at ${rollout} %`}\n`);
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new CliError(`${file} cannot be read as JSON: ${(error as Error).message}`);
  }
}
