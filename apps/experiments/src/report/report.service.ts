import { Injectable } from '@nestjs/common';
import { ExperimentService } from '../experiment/experiment.service';
import { healthChecks } from './health-gate';
import { KeptStatistics, type ArmStatistics, type PhaseStatistics } from './kept-statistics';
import { METRICS } from './metric-definitions';
import { metricReport } from './metric-report';
import type { Report } from '@adlift/client';
import { decideVerdict } from './verdict';

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
    const metrics = METRICS.map((metric) => metricReport(metric, design, statistics.arms));
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
