import { Injectable } from '@nestjs/common';
import {
  compareArms,
  enoughForBounds,
  estimateArm,
  isRefusal,
  withoutSequentialBounds,
  type Comparison,
  type Refusal,
} from '@adlift/statistics';
import { ExperimentService } from '../experiment/experiment.service';
import type { ExperimentDesign } from '../experiment/experiment-design';
import { healthChecks } from './health-gate';
import { KeptStatistics, type ArmStatistics, type PhaseStatistics } from './kept-statistics';
import { METRICS, type MetricDefinition } from './metric-definitions';
import type { MetricReport, Report } from '@adlift/client';
import { decideVerdict } from './verdict';

/** An arm that nothing was counted for. */
const NOTHING = { units: 0n, sumM: 0n, sumD: 0n, sumMM: 0n, sumDD: 0n, sumMD: 0n, unitsWithM: 0n };

/** Turns the kept sums of an experiment's phase into lifts, checks and a verdict. */
@Injectable()
export class ReportService {
  constructor(
    private readonly experiments: ExperimentService,
    private readonly kept: KeptStatistics,
  ) {}

  /** Throws `not_found`. */
  async report(key: string): Promise<Report> {
    const { design, phase, state } = await this.experiments.current(key);
    const statistics = await this.kept.ofPhase(key, phase);
    const metrics = METRICS.map((metric) => metricReport(metric, design, statistics));
    const checks = healthChecks(design, statistics);
    const { verdict, reasons } = decideVerdict(design, state, metrics, checks);
    return {
      experiment: { key, state, phase, currency: design.currency, verdict, reasons },
      traffic: {
        exposedUnits: total(statistics, ({ units }) => units),
        impressions: total(statistics, ({ impressions }) => impressions),
        clicks: total(statistics, ({ clicks }) => clicks),
        conversions: total(statistics, ({ conversions }) => conversions),
      },
      metrics,
      health: { checks },
      folding: { pendingDeltas: statistics.pendingDeltas, foldedThrough: statistics.foldedThrough },
    };
  }
}

function total({ arms }: PhaseStatistics, of: (arm: ArmStatistics) => number): number {
  return [...arms.values()].reduce((sum, arm) => sum + of(arm), 0);
}

function metricReport(metric: MetricDefinition, design: ExperimentDesign, statistics: PhaseStatistics): MetricReport {
  const arms = design.variants.map(({ name, control }) => {
    const sums = statistics.arms.get(name)?.sums.get(metric.name) ?? NOTHING;
    return { variant: name, control, sums, estimate: estimateArm(metric.kind, sums, metric.scale) };
  });
  const control = arms.find((arm) => arm.control);
  return {
    metric: metric.name,
    arms: arms.map(({ variant, control, sums, estimate }) => ({
      variant,
      control,
      units: Number(sums.units),
      value: isRefusal(estimate) ? null : estimate.value,
    })),
    comparisons: arms
      .filter((arm) => !arm.control)
      .map((arm) => ({ variant: arm.variant, result: compare(control, arm) })),
  };

  function compare(a: (typeof arms)[number] | undefined, b: (typeof arms)[number]): Comparison | Refusal {
    if (a === undefined) throw new TypeError('a design without a control cannot be stored');
    if (isRefusal(a.estimate)) return a.estimate;
    if (isRefusal(b.estimate)) return b.estimate;
    const comparison = compareArms(a.estimate, b.estimate, { alpha: design.alpha, plannedUnits: design.plannedUnits });
    if (isRefusal(comparison)) return comparison;
    const tooFew = enoughForBounds(a.sums, b.sums, { money: metric.money });
    return tooFew === undefined ? comparison : withoutSequentialBounds(comparison, tooFew);
  }
}
