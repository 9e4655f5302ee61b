import { Controller, Get, Param, Post, Query } from '@nestjs/common';
import type { Report } from '@adlift/client';
import { parseQuery } from '../paging/page-query';
import { Actor } from '../access/caller';
import { reportQuery } from './report-query';
import { ReportService } from './report.service';
import { SnapshotService, type Recomputation, type Snapshot, type SnapshotLine } from './snapshot.service';

@Controller('v1/experiments')
export class ReportController {
  constructor(
    private readonly reports: ReportService,
    private readonly snapshots: SnapshotService,
  ) {}

  @Get(':key/report')
  report(@Param('key') key: string, @Query() query: unknown): Promise<Report> {
    return this.reports.report(key, parseQuery(reportQuery, query).metrics);
  }

  @Post(':key/snapshots')
  take(@Param('key') key: string, @Actor() actor: string): Promise<Snapshot> {
    return this.snapshots.take(key, actor);
  }

  @Get(':key/snapshots')
  async list(@Param('key') key: string): Promise<{ snapshots: SnapshotLine[] }> {
    return { snapshots: await this.snapshots.list(key) };
  }

  @Get(':key/snapshots/:id')
  get(@Param('key') key: string, @Param('id') id: string): Promise<Snapshot> {
    return this.snapshots.get(key, id);
  }

  /** Makes the snapshot's report again from what it was made of. */
  @Get(':key/snapshots/:id/recomputed')
  recompute(@Param('key') key: string, @Param('id') id: string): Promise<Recomputation> {
    return this.snapshots.recompute(key, id);
  }
}
