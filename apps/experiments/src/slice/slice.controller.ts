import { Controller, Get, Param, Query } from '@nestjs/common';
import type { SliceReport } from '@adlift/client';
import { parseBody } from '@adlift/problem';
import { ExperimentService } from '../experiment/experiment.service';
import { sliceQuery } from './slice-query';
import { dimensionReport } from './slice-report';
import { SliceStore } from './slice-store';

/** `GET /v1/experiments/:key/slices`: the rates of the report, cut by placement, campaign, and new or known ads. */
@Controller('v1/experiments')
export class SliceController {
  constructor(
    private readonly experiments: ExperimentService,
    private readonly store: SliceStore,
  ) {}

  @Get(':key/slices')
  async slices(@Param('key') key: string, @Query() query: unknown): Promise<SliceReport> {
    const { dimension: chosen } = parseBody(sliceQuery, query);
    const { design, phase } = await this.experiments.current(key);
    const counted = await this.store.ofPhase(key, phase);
    const dimensions = [...counted].filter(([dimension]) => chosen === undefined || dimension === chosen);
    return {
      experiment: { key, phase },
      dimensions: dimensions.map(([dimension, statistics]) => dimensionReport(dimension, design, statistics)),
    };
  }
}
