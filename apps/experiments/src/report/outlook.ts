import type { MetricReport, VariantOutlook } from '@adlift/client';
import { effectPosterior, isRefusal, type Comparison } from '@adlift/statistics';
import type { ExperimentDesign } from '../experiment/experiment-design';
import { nameOf } from '../metric/design-metrics';
import type { PhaseStatistics } from './kept-statistics';

const FLAT = { mean: 0, deviation: Infinity };
/** Traffic has a shape over the day, so less than one says little about the next. */
const FEWEST_DAYS = 1;

/** What each variant promises: by the goal its chance to be better, by revenue what a day more of it would bring. */
export function outlookOf(
  design: ExperimentDesign,
  metrics: readonly MetricReport[],
  { days }: PhaseStatistics,
): VariantOutlook[] {
  return design.variants
    .filter(({ control }) => !control)
    .map(({ name: variant }) => ({
      variant,
      chanceToWin: chanceToWin(metrics, nameOf(design.goal), variant, design.alpha),
      revenuePerDay: revenuePerDay(design, metrics, variant, days),
    }));
}

function chanceToWin(metrics: readonly MetricReport[], goal: string, variant: string, alpha: number): number | null {
  const comparison = comparisonOf(metrics, goal, variant);
  if (comparison === undefined) return null;
  const { difference, standardError } = comparison.absolute;
  const better = metrics.find(({ metric }) => metric === goal)?.direction === 'down' ? -1 : 1;
  return effectPosterior(better * difference, standardError, FLAT, alpha).chanceToWin;
}

function revenuePerDay(
  { mode }: ExperimentDesign,
  metrics: readonly MetricReport[],
  variant: string,
  days: number,
): VariantOutlook['revenuePerDay'] {
  const comparison = comparisonOf(metrics, 'revenuePerUnit', variant);
  if (comparison === undefined || days < FEWEST_DAYS) return null;
  const { difference, low, high, sequential } = comparison.absolute;
  const interval = mode === 'fixed' ? { low, high } : sequential;
  if (isRefusal(interval)) return null;
  const revenue = metrics.find(({ metric }) => metric === 'revenuePerUnit');
  const unitsPerDay = (revenue?.arms ?? []).reduce((sum, { units }) => sum + units, 0) / days;
  return {
    expected: difference * unitsPerDay,
    low: interval.low * unitsPerDay,
    high: interval.high * unitsPerDay,
  };
}

function comparisonOf(metrics: readonly MetricReport[], name: string, variant: string): Comparison | undefined {
  const found = metrics.find(({ metric }) => metric === name)?.comparisons.find((one) => one.variant === variant);
  return found === undefined || isRefusal(found.result) ? undefined : found.result;
}
