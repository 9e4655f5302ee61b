import { Injectable } from '@nestjs/common';
import { ReportService } from '../report/report.service';
import { Verdicts, type VerdictNow } from './verdicts';

/** Verdicts as the report gives them. */
@Injectable()
export class ReportVerdicts extends Verdicts {
  constructor(private readonly reports: ReportService) {
    super();
  }

  async of(key: string): Promise<VerdictNow> {
    const { experiment, traffic } = await this.reports.report(key);
    return { verdict: experiment.verdict, reasons: experiment.reasons, exposedUnits: traffic.exposedUnits };
  }
}
