import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { parseBody } from '@adlift/problem';
import { newExperiment, startQuery } from './experiment-design';
import type { ExperimentEntity } from './experiment.entity';
import { ExperimentService } from './experiment.service';

@Controller('v1/experiments')
export class ExperimentController {
  constructor(private readonly experiments: ExperimentService) {}

  @Post()
  create(@Body() body: unknown): Promise<ExperimentEntity> {
    return this.experiments.create(parseBody(newExperiment, body));
  }

  @Get()
  async list(): Promise<{ experiments: ExperimentEntity[] }> {
    return { experiments: await this.experiments.list() };
  }

  @Get(':key')
  get(@Param('key') key: string): Promise<ExperimentEntity> {
    return this.experiments.get(key);
  }

  @Post(':key/start')
  @HttpCode(200)
  start(@Param('key') key: string, @Query() query: unknown): Promise<ExperimentEntity> {
    return this.experiments.start(key, parseBody(startQuery, query));
  }

  @Post(':key/stop')
  @HttpCode(200)
  stop(@Param('key') key: string): Promise<ExperimentEntity> {
    return this.experiments.stop(key);
  }
}
