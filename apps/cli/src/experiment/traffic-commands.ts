import { InvalidArgumentError, type Command } from 'commander';
import type { Connect } from '../connection';
import { print, withAdmin } from '../registry/with-admin';
import { holdoutText, layersText } from './traffic-text';

/** Adds `layers` and `holdout`: who shares the traffic, and who gets none of any experiment. */
export function addTrafficCommands(command: Command, connect: Connect): void {
  command
    .command('layers')
    .description('experiments that share traffic without sharing units, and the slots that are free')
    .option('--json', 'print one JSON document on standard output', false)
    .action(async ({ json }: { json: boolean }) => {
      const layers = await withAdmin(connect, (admin) => admin.layers());
      print(json, layers, layersText(layers));
    });
  command
    .command('holdout [percent]')
    .description('units that no experiment gets: how many, or with a percent, how many from now on')
    .option('--reason <text>', 'why; it is written down')
    .option('--json', 'print one JSON document on standard output', false)
    .action(async (percent: string | undefined, { json, reason = '' }: { json: boolean; reason?: string }) => {
      const view = await withAdmin(connect, (admin) =>
        percent === undefined ? admin.holdout() : admin.setHoldout(wholePercent(percent), reason),
      );
      print(json, view, holdoutText(view));
    });
}

/** Throws what commander shows for an argument that is no whole number. */
export function wholePercent(text: string): number {
  const percent = Number(text);
  if (!Number.isInteger(percent)) throw new InvalidArgumentError('must be whole percent');
  return percent;
}
