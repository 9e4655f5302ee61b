import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { reportTable, type Report } from '@adlift/client';
import { CliError } from '../cli-error';
import type { Connect } from '../connection';
import { importOpenBandit } from './import-open-bandit';

interface Options {
  readonly limit: number;
  readonly key?: string;
  readonly json: boolean;
}

/** `adlift import obd DIR`; a relative folder starts at `userFolder`. */
export function importCommand(connect: Connect, userFolder: string): Command {
  const command = new Command('import').description('bring in the log of another system as a finished experiment');
  command
    .command('obd <folder>')
    .description('the Open Bandit Dataset: random-CAMPAIGN.csv.gz against bts-CAMPAIGN.csv.gz')
    .option('--limit <rows>', 'rows of each log', positive, Infinity)
    .option('--key <key>', 'key of the experiment (default: obd-CAMPAIGN)')
    .option('--json', 'print one JSON document on standard output', false)
    .action(async (folder: string, { limit, key, json }: Options) => {
      const connection = await connect();
      try {
        const report = await importOpenBandit(connection.admin, connection.importer, {
          folder: resolve(userFolder, folder),
          limit,
          key,
          onProgress: progressLine(),
        });
        process.stdout.write(
          json
            ? `${JSON.stringify(importDocument(report), null, 2)}\n`
            : `${reportTable(report)}\n${absoluteLine(report)}\n`,
        );
      } finally {
        await connection.close();
      }
    });
  return command;
}

/** Click rates on the absolute scale and, beside it, the relative lift with its Fieller interval. */
interface ImportDocument {
  readonly experiment: { readonly key: string; readonly state: string; readonly verdict: string };
  readonly arms: readonly {
    readonly variant: string;
    readonly impressions: number;
    readonly clicks: number;
    readonly clickRate: number;
  }[];
  readonly absolute: {
    readonly difference: number;
    readonly z: number;
    readonly p: number;
    readonly low: number;
    readonly high: number;
  };
  readonly relative: { readonly lift: number; readonly low: number | null; readonly high: number | null };
}

function importDocument(report: Report): ImportDocument {
  const { arms, comparison } = clickRates(report);
  const { difference, statistic, p, low, high } = comparison.absolute;
  const { lift, interval } = comparison.relative;
  const bounds = 'refused' in interval ? { low: null, high: null } : { low: interval.low, high: interval.high };
  const { key, state, verdict } = report.experiment;
  return {
    experiment: { key, state, verdict },
    // Each impression is a unit, so the units are the impressions and the rate times the units the clicks.
    arms: arms.map(({ variant, units, value }) => ({
      variant,
      impressions: units,
      clicks: Math.round((value ?? 0) * units),
      clickRate: value ?? 0,
    })),
    absolute: { difference, z: statistic, p, low, high },
    relative: { lift, ...bounds },
  };
}

function absoluteLine(report: Report): string {
  const { difference, statistic, p } = clickRates(report).comparison.absolute;
  return `CTR difference ${(100 * difference).toFixed(3)} points, z ${statistic.toFixed(3)}, p ${p.toFixed(4)}`;
}

function clickRates(report: Report) {
  const ctr = report.metrics.find(({ metric }) => metric === 'ctr');
  const result = ctr?.comparisons[0]?.result;
  if (ctr === undefined || result === undefined) throw new CliError('the report has no click rates');
  if ('refused' in result) throw new CliError(`no inference is possible: ${result.detail}`);
  return { arms: ctr.arms, comparison: result };
}

function progressLine(): (rows: number) => void {
  let shown = 0;
  return (rows) => {
    if (rows - shown < 2000) return;
    shown = rows;
    process.stderr.write(process.stderr.isTTY ? `\r${rows} rows sent` : `${rows} rows sent\n`);
  };
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('must be a whole number from 1');
  return value;
}
