import type { ShadowReport, ShadowSummary } from './shadow-report';

const HEADER = ['shadow', 'model', 'against', 'requests', 'mean pCTR', 'served', 'impressions', 'clicks'];
const PAIRED = ['log-loss difference', 'calibration', 'served'];

/** The comparison of shadows as a text table for a terminal. */
export function shadowTable({ experiment: { key, state, phase }, shadows }: ShadowReport): string {
  const title = `experiment ${key} (${state}), phase ${phase}`;
  if (shadows.length === 0) return `${title}: no shadow variants`;
  const rows = [[...HEADER, ...PAIRED], ...shadows.map(cells)];
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => (i < 3 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
      .join('  ')
      .trimEnd();
  return [title, ...rows.map(line)].join('\n');
}

function cells({ shadow, model, variant, predictions, meanShadow, meanServed, shown }: ShadowSummary): string[] {
  const { impressions, clicks, logLossDifference: loss, calibration } = shown;
  const difference =
    'refused' in loss ? `none: ${loss.reason}` : `${signed(loss.value)} (se ${digits(loss.standardError)})`;
  const counts = [String(predictions), percent(meanShadow), percent(meanServed), String(impressions), String(clicks)];
  return [shadow, model, variant, ...counts, difference, ratio(calibration.shadow), ratio(calibration.served)];
}

function signed(value: number): string {
  return `${value >= 0 ? '+' : ''}${digits(value)}`;
}

function digits(value: number): string {
  return value.toFixed(5);
}

function percent(share: number | null): string {
  return share === null ? '-' : `${(100 * share).toFixed(3)} %`;
}

function ratio(value: number | null): string {
  return value === null ? '-' : value.toFixed(3);
}
