import { Injectable } from '@nestjs/common';
import type { Report } from '@adlift/client';
import { ExperimentService } from '../experiment/experiment.service';
import { composeReport, type ReportInputs } from './compose-report';
import { KeptStatistics } from './kept-statistics';

/** Reports on the present phase of an experiment. */
@Injectable()
export class ReportService {
  constructor(
    private readonly experiments: ExperimentService,
    private readonly kept: KeptStatistics,
  ) {}

  /** Throws `not_found`. */
  async report(key: string): Promise<Report> {
    return composeReport(await this.inputs(key));
  }

  /** All that the report is made of, as it is now. Throws `not_found`. */
  async inputs(key: string): Promise<ReportInputs> {
    const { design, phase, state } = await this.experiments.current(key);
    return { key, state, phase, design, statistics: await this.kept.ofPhase(key, phase) };
  }
}
