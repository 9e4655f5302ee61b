import { Body, Controller, Get, Post } from '@nestjs/common';
import type { MetricView } from '@adlift/client';
import { parseBody } from '@adlift/problem';
import { Actor } from '../access/caller';
import { newMetric } from './metric-body';
import { MetricRegistry } from './metric-registry';
import { scaleOf, unitOf, type MetricDefinition } from './metric-definition';

/** `/v1/metrics`: what an experiment can be judged by. */
@Controller('v1/metrics')
export class MetricController {
  constructor(private readonly metrics: MetricRegistry) {}

  @Get()
  async list(): Promise<{ metrics: MetricView[] }> {
    return { metrics: (await this.metrics.all()).map(viewOf) };
  }

  /** Defines a metric, or a further version of it. */
  @Post()
  async define(@Body() body: unknown, @Actor() actor: string): Promise<MetricView> {
    return viewOf(await this.metrics.define(parseBody(newMetric, body), actor));
  }
}

function viewOf(metric: MetricDefinition): MetricView {
  const { denominator = null, ...rest } = metric;
  return { ...rest, denominator, scale: scaleOf(metric), unit: unitOf(metric) };
}
