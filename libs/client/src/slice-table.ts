import { percentText, rangeText } from './percent-text';
import type { DimensionReport, SliceMetric, SliceReport } from './slices';

const NAMES: Readonly<Record<string, string>> = { ctr: 'CTR', conversionRate: 'conversions per click', rpm: 'RPM' };

/** What a terminal would obey instead of showing it; values come from whoever asks for ads. */
const CONTROLS = /\p{Cc}/gu;

/** The slices as text tables for a terminal: one for each dimension, a line for each slice, rate and variant. */
export function sliceTable({ experiment: { key, phase }, dimensions }: SliceReport): string {
  if (dimensions.length === 0) return `the slices of ${key} are not counted yet`;
  return [`experiment ${key}, phase ${phase}`, ...dimensions.map(dimensionTable)].join('\n\n');
}

function dimensionTable({ dimension, countedAt, slices }: DimensionReport): string {
  const header = [dimension, 'impressions', 'rate', 'variant', 'lift', '95 % interval', 'p of all slices'];
  const rows = slices.flatMap(({ value, impressions, sampleRatio, metrics }) =>
    metrics.flatMap((metric, i) => {
      const shown = value.replaceAll(CONTROLS, '\uFFFD');
      const named = sampleRatio.ok ? shown : `${shown} (units ${sampleRatio.units.join(' : ')})`;
      return metricRows(metric).map((cells, j) => [
        ...(i + j === 0 ? [named, String(impressions)] : ['', '']),
        ...cells,
      ]);
    }),
  );
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd();
  return [`${dimension}, counted at ${countedAt}`, line(header), ...rows.map(line)].join('\n');
}

function metricRows({ metric, comparisons, adjustedP }: SliceMetric): string[][] {
  return comparisons.map(({ variant, result }) => {
    const start = [NAMES[metric] ?? metric, variant];
    if ('refused' in result) return [...start, `no inference: ${result.reason}`, '', ''];
    const { lift, interval } = result.relative;
    return [...start, percentText(lift), rangeText(interval), (adjustedP[variant] ?? NaN).toFixed(4)];
  });
}
