import { Controller, Get, Param } from '@nestjs/common';
import type { Report } from '@adlift/client';
import { ReportService } from './report.service';

@Controller('v1/experiments')
export class ReportController {
  constructor(private readonly reports: ReportService) {}

  @Get(':key/report')
  report(@Param('key') key: string): Promise<Report> {
    return this.reports.report(key);
  }
}
