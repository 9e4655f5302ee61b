import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { parseBody } from '@adlift/problem';
import { Actor } from '../access/caller';
import { approvalBody, newExperiment, startQuery } from './experiment-design';
import type { ExperimentEntity } from './experiment.entity';
import { ExperimentService } from './experiment.service';

@Controller('v1/experiments')
export class ExperimentController {
  constructor(private readonly experiments: ExperimentService) {}

  @Post()
  create(@Body() body: unknown, @Actor() actor: string): Promise<ExperimentEntity> {
    return this.experiments.create(parseBody(newExperiment, body), actor);
  }

  @Get()
  async list(): Promise<{ experiments: ExperimentEntity[] }> {
    return { experiments: await this.experiments.list() };
  }

  @Get(':key')
  get(@Param('key') key: string): Promise<ExperimentEntity> {
    return this.experiments.get(key);
  }

  /** Agrees to the traffic as the second person. */
  @Post(':key/approve')
  @HttpCode(200)
  approve(@Param('key') key: string, @Body() body: unknown, @Actor() actor: string): Promise<ExperimentEntity> {
    return this.experiments.approve(key, parseBody(approvalBody, body ?? {}), actor);
  }

  @Post(':key/start')
  @HttpCode(200)
  start(@Param('key') key: string, @Query() query: unknown, @Actor() actor: string): Promise<ExperimentEntity> {
    return this.experiments.start(key, parseBody(startQuery, query), actor);
  }

  @Post(':key/stop')
  @HttpCode(200)
  stop(@Param('key') key: string, @Actor() actor: string): Promise<ExperimentEntity> {
    return this.experiments.stop(key, actor);
  }
}
