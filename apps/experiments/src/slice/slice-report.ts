import {
  benjaminiHochbergAdjusted,
  campaignDifferences,
  isRefusal,
  sampleRatioChiSquare,
  sampleRatioSliceP,
} from '@adlift/statistics';
import type { CampaignSpend, DimensionReport, MetricReport, Slice } from '@adlift/client';
import type { ExperimentDesign } from '../experiment/experiment-design';
import type { MetricDefinition } from '../metric/metric-definition';
import { metricReport } from '../report/metric-report';
import type { DimensionStatistics, SliceStatistics } from './slice-store';

/** The slices of one dimension, the largest first, with these rates. */
export function dimensionReport(
  dimension: string,
  design: ExperimentDesign,
  rates: readonly MetricDefinition[],
  { countedAt, slices }: DimensionStatistics,
): DimensionReport {
  const largest = slices
    .map((slice) => ({ slice, impressions: impressionsOf(slice) }))
    .sort((a, b) => b.impressions - a.impressions || (a.slice.value < b.slice.value ? -1 : 1));
  const limit = sampleRatioSliceP(Math.max(1, slices.length));
  const metrics = rates.map((metric) => adjusted(largest.map(({ slice }) => metricReport(metric, design, slice.arms))));
  return {
    dimension,
    countedAt: countedAt.toISOString(),
    slices: largest.map(({ slice, impressions }, i): Slice => ({
      ...{ value: slice.value, impressions, sampleRatio: sampleRatio(design, slice, limit) },
      metrics: metrics.map((bySlice) => bySlice[i]),
      ...(dimension === 'campaign' && design.budgets === 'split' && { spend: campaignSpend(design, slice) }),
    })),
  };
}

function impressionsOf({ arms }: SliceStatistics): number {
  return [...arms.values()].reduce((sum, arm) => sum + arm.impressions, 0);
}

function sampleRatio({ variants }: ExperimentDesign, { arms }: SliceStatistics, limit: number): Slice['sampleRatio'] {
  const units = variants.map(({ name }) => arms.get(name)?.units ?? 0);
  const { p } = sampleRatioChiSquare(
    units,
    variants.map(({ weight }) => weight),
  );
  return { units, p, ok: p >= limit };
}

function campaignSpend({ variants }: ExperimentDesign, { value, arms }: SliceStatistics): CampaignSpend {
  const charged = (name: string): number => Number(arms.get(name)?.sums.get('rpm')?.sumM ?? 0n);
  const control = variants.find((variant) => variant.control) ?? variants[0];
  return {
    arms: variants.map(({ name }) => ({ variant: name, chargedMicros: charged(name) })),
    differences: variants
      .filter(({ name }) => name !== control.name)
      .flatMap(({ name, weight }) =>
        campaignDifferences([{ campaign: value, control: charged(control.name), treatment: charged(name) }], {
          ...{ controlShare: control.weight / 100, treatmentShare: weight / 100 },
        }).map(({ campaign: _, ...difference }) => ({ variant: name, ...difference })),
      ),
  };
}

/** Adds p-values adjusted over all slices and variants of one metric. */
function adjusted(reports: readonly MetricReport[]): Slice['metrics'] {
  const tests = reports.flatMap(({ comparisons }, slice) =>
    comparisons.flatMap(({ variant, result }) => (isRefusal(result) ? [] : [{ slice, variant, p: result.absolute.p }])),
  );
  const values = benjaminiHochbergAdjusted(tests.map(({ p }) => p));
  const found = new Map(tests.map(({ slice, variant }, i) => [`${slice} ${variant}`, values[i]]));
  return reports.map((report, slice) => ({
    ...report,
    adjustedP: Object.fromEntries(
      report.comparisons.map(({ variant }) => [variant, found.get(`${slice} ${variant}`) ?? null]),
    ),
  }));
}
