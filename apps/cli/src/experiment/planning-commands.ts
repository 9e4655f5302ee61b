import type { Command } from 'commander';
import type { AaQuestion, PowerQuestion } from '@adlift/client';
import type { Connect } from '../connection';
import { print, withAdmin } from '../registry/with-admin';
import { aaText, percents, powerText } from './planning-text';

/** Adds `power` and `aa`: what is worth asking before an experiment. */
export function addPlanningCommands(command: Command, connect: Connect): void {
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
}
