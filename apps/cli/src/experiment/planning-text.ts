import type { AaMetric, AaReport, PowerPlan } from '@adlift/client';
import { InvalidArgumentError } from 'commander';
import { textTable } from '../registry/text-table';

/** Percents divided by `:` or `,`, such as 90:10. Throws InvalidArgumentError. */
export function percents(text: string): number[] {
  const all = text.split(/[:,]/).map(Number);
  if (all.some((one) => !(one > 0))) throw new InvalidArgumentError('Percents such as 90:10 are allowed.');
  return all;
}

/** What an experiment could see. */
export function powerText({ history, baseline, durations, forEffect, forUnits }: PowerPlan): string {
  const lines = [
    `${history.units} units in ${history.days} days; ${baseline.metric} is ${Number(baseline.value.toPrecision(5))}`,
    textTable(
      ['days', 'units', 'smallest lift that is seen'],
      durations.map(({ days, units, effect }) => [String(days), String(units), percent(effect)]),
    ),
  ];
  if (forEffect !== null)
    lines.push(`a lift of ${percent(forEffect.effect)} takes ${forEffect.units} units, ${daysText(forEffect.days)}`);
  if (forUnits !== null)
    lines.push(`${forUnits.units} units see a lift of ${percent(forUnits.effect)}, ${daysText(forUnits.days)}`);
  return lines.join('\n');
}

/** How often a difference is seen where there is none. */
export function aaText({ history, replays, alpha, metrics }: AaReport): string {
  const rows = metrics.map(({ metric, inferred, fixed, sequential, ok }) => [
    ok ? 'ok' : 'TOO OFTEN',
    metric,
    rateText(fixed),
    rateText(sequential),
    inferred === replays ? '' : `nothing to infer in ${replays - inferred}`,
  ]);
  return [
    `${replays} random splits of ${history.units} units of ${history.days} days; alpha ${alpha}`,
    textTable(['', 'metric', 'fixed test rejects', 'sequence rejects', ''], rows),
  ].join('\n');
}

function rateText(rate: AaMetric['fixed']): string {
  return rate === null ? '-' : `${percent(rate.rate)} (${percent(rate.low)} to ${percent(rate.high)})`;
}

function percent(share: number | null): string {
  return share === null ? '-' : `${(100 * share).toFixed(1)} %`;
}

function daysText(days: number | null): string {
  return days === null ? 'more than ten years' : `${days} days`;
}
