import { Controller, Get, Param, Query } from '@nestjs/common';
import type { SliceReport } from '@adlift/client';
import { parseBody } from '@adlift/problem';
import { ExperimentService } from '../experiment/experiment.service';
import { sliceQuery } from './slice-query';
import { dimensionReport } from './slice-report';
import { MetricRegistry } from '../metric/metric-registry';
import { SliceStore } from './slice-store';

/** `GET /v1/experiments/:key/slices`: the rates of the report, cut by placement, campaign, new or known ads, country and device. */
@Controller('v1/experiments')
export class SliceController {
  constructor(
    private readonly experiments: ExperimentService,
    private readonly store: SliceStore,
    private readonly metrics: MetricRegistry,
  ) {}

  @Get(':key/slices')
  async slices(@Param('key') key: string, @Query() query: unknown): Promise<SliceReport> {
    const { dimension: chosen, metrics: which } = parseBody(sliceQuery, query);
    const { design, phase } = await this.experiments.current(key);
    // Units of a slice are those with an event in it: rates can be told of them, means over all that were exposed cannot.
    const rates = (await this.metrics.shown(design, which)).filter(({ kind }) => kind === 'ratio');
    const counted = await this.store.ofPhase(key, phase, rates);
    const dimensions = [...counted].filter(([dimension]) => chosen === undefined || dimension === chosen);
    return {
      experiment: { key, phase },
      dimensions: dimensions.map(([dimension, statistics]) => dimensionReport(dimension, design, rates, statistics)),
    };
  }
}
