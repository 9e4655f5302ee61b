import { percentText, rangeText } from './percent-text';
import type { MetricUnit } from './metrics';
import type { MetricReport, Report } from './report';

const NAMES: Readonly<Record<string, string>> = {
  ctr: 'CTR',
  conversionRate: 'conversions per click',
  rpm: 'revenue per mille',
  revenuePerUnit: 'revenue per unit',
};

/** The report as a text table for a terminal. */
export function reportTable(report: Report): string {
  const { key, state, verdict, reasons, currency } = report.experiment;
  const header = ['metric', 'variant', 'units', 'value', 'lift', '95 % interval', 'p', 'sequential interval'];
  // Numbers that failed a check must not be read as if they had not.
  const shown = verdict === 'invalid' ? struckOut : (cells: string[]): string[] => cells;
  const rows = report.metrics.flatMap((metric) => metricRows(metric, currency)).map(shown);
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (i < 2 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  const rule = '-'.repeat(widths.reduce((sum, width) => sum + width + 2, -2));
  const checks = report.health.checks.map(({ name, ok, detail }) => `  ${ok ? 'ok  ' : 'FAIL'} ${name}: ${detail}`);
  const guardrails = report.guardrails.map(
    ({ name, variant, ok, proven, detail }) =>
      `  ${ok ? (proven ? 'ok  ' : 'open') : 'FAIL'} ${name} of ${variant}: ${detail}`,
  );
  return [
    `experiment ${key} (${state}): ${verdict.toUpperCase()}${reasons.length > 0 ? ` (${reasons.join(', ')})` : ''}`,
    rule,
    line(header),
    rule,
    ...rows.map(line),
    rule,
    ...checks,
    ...guardrails,
  ].join('\n');
}

/** Strikes out all but the names of metric and variant, as Markdown does. */
function struckOut([metric = '', variant = '', ...figures]: string[]): string[] {
  return [metric, variant, ...figures.map((figure) => (figure === '' ? '' : `~${figure}~`))];
}

function metricRows({ metric, unit, arms, comparisons }: MetricReport, currency: string): string[][] {
  return arms.map(({ variant, control, units, value }, i) => {
    const shown = value === null ? '-' : valueText(value, unit, currency);
    const start = [i === 0 ? (NAMES[metric] ?? metric) : '', variant, String(units), shown];
    if (control) return [...start, 'control', '', '', ''];
    const result = comparisons.find((comparison) => comparison.variant === variant)?.result;
    if (result === undefined) return [...start, '', '', '', ''];
    if ('refused' in result) return [...start, `no inference: ${result.reason}`, '', '', ''];
    const { lift, p, interval, sequential } = result.relative;
    return [
      ...start,
      percentText(lift),
      rangeText(interval),
      p < 0.0001 ? '< .0001' : p.toFixed(4),
      rangeText(sequential),
    ];
  });
}

function valueText(value: number, unit: MetricUnit, currency: string): string {
  switch (unit) {
    case 'money':
      return `${value.toFixed(3)} ${currency}`;
    case 'count':
      return value.toFixed(3);
    case 'rate':
      return `${(100 * value).toFixed(3)} %`;
  }
}
