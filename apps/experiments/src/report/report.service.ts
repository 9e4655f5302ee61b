import { Injectable } from '@nestjs/common';
import type { Report } from '@adlift/client';
import { ExperimentService } from '../experiment/experiment.service';
import { CovariateStore } from '../cuped/covariate-store';
import { MetricRegistry } from '../metric/metric-registry';
import { composeReport } from './compose-report';
import type { ReportInputs } from './report-inputs';
import { KeptStatistics } from './kept-statistics';

/** Reports on the present phase of an experiment. */
@Injectable()
export class ReportService {
  constructor(
    private readonly experiments: ExperimentService,
    private readonly kept: KeptStatistics,
    private readonly metrics: MetricRegistry,
    private readonly covariates: CovariateStore,
  ) {}

  /** With the classic metrics and those that the design names, or with all. Throws `not_found`. */
  async report(key: string, which: 'design' | 'all' = 'design'): Promise<Report> {
    return composeReport(await this.inputs(key, which));
  }

  /** All that the report is made of, as it is now. Throws `not_found`. */
  async inputs(key: string, which: 'design' | 'all' = 'design'): Promise<ReportInputs> {
    const { design, phase, state } = await this.experiments.current(key);
    const metrics = await this.metrics.shown(design, which);
    const covariates = await this.covariates.ofPhase(key, phase);
    const statistics = await this.kept.ofPhase(key, phase, metrics);
    return { key, state, phase, design, metrics, covariates, statistics };
  }
}
