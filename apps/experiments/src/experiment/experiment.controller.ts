import { Body, Controller, Get, HttpCode, Param, Patch, Post, Put, Query, UseInterceptors } from '@nestjs/common';
import type { ExperimentPage, ExperimentView, PhaseView, RevisionView, ValidationView } from '@adlift/client';
import { parseBody } from '@adlift/problem';
import { Actor } from '../access/caller';
import { encodeCursor, parseQuery } from '../paging/page-query';
import {
  approvalBody,
  cloneBody,
  listQuery,
  newExperiment,
  patchedExperiment,
  replacedExperiment,
} from './experiment-body';
import { EtagInterceptor } from './etag.interceptor';
import { ExperimentService } from './experiment.service';
import { ExperimentStore } from './experiment-store';
import { ExperimentViews } from './experiment-views';
import { IdempotencyInterceptor } from './idempotency.interceptor';
import { IfMatch } from './if-match';

/** `/v1/experiments`: what there is of them, and what does not touch their traffic. */
@Controller('v1/experiments')
@UseInterceptors(EtagInterceptor, IdempotencyInterceptor)
export class ExperimentController {
  constructor(
    private readonly experiments: ExperimentService,
    private readonly store: ExperimentStore,
    private readonly views: ExperimentViews,
  ) {}

  @Post()
  async create(@Body() body: unknown, @Actor() actor: string): Promise<ExperimentView> {
    return this.views.one(await this.experiments.create(parseBody(newExperiment, body), actor));
  }

  /** Says what is wrong with a body of `create`, or what would follow from it; stores nothing. */
  @Post('validate')
  @HttpCode(200)
  validate(@Body() body: unknown, @Actor() actor: string): Promise<ValidationView> {
    return this.experiments.validate(parseBody(newExperiment, body), actor);
  }

  @Get()
  async list(@Query() query: unknown): Promise<ExperimentPage> {
    const { experiments, more } = await this.experiments.list(parseQuery(listQuery, query));
    const last = more ? experiments.at(-1) : undefined;
    return {
      experiments: await this.views.all(experiments),
      nextCursor: last === undefined ? null : encodeCursor(last.key),
    };
  }

  @Get(':key')
  async get(@Param('key') key: string): Promise<ExperimentView> {
    return this.views.one(await this.experiments.get(key));
  }

  @Get(':key/phases')
  async phases(@Param('key') key: string): Promise<{ phases: PhaseView[] }> {
    const phases = await this.store.phases(key);
    return {
      phases: phases.map(({ openedAt, closedAt, ...phase }) => ({
        ...phase,
        openedAt: openedAt.toISOString(),
        closedAt: closedAt?.toISOString() ?? null,
      })),
    };
  }

  @Get(':key/revisions')
  async revisions(@Param('key') key: string): Promise<{ revisions: RevisionView[] }> {
    return { revisions: await this.store.revisions(key) };
  }

  @Put(':key')
  async replace(
    @Param('key') key: string,
    @Body() body: unknown,
    @IfMatch() ifMatch: number[] | undefined,
    @Actor() actor: string,
  ): Promise<ExperimentView> {
    const draft = parseBody(replacedExperiment, body);
    return this.views.one(await this.experiments.edit({ key, actor, ifMatch }, draft));
  }

  @Patch(':key')
  async patch(
    @Param('key') key: string,
    @Body() body: unknown,
    @IfMatch() ifMatch: number[] | undefined,
    @Actor() actor: string,
  ): Promise<ExperimentView> {
    const changes = parseBody(patchedExperiment, body);
    return this.views.one(await this.experiments.edit({ key, actor, ifMatch }, changes));
  }

  @Post(':key/clone')
  async clone(@Param('key') key: string, @Body() body: unknown, @Actor() actor: string): Promise<ExperimentView> {
    return this.views.one(await this.experiments.clone(key, parseBody(cloneBody, body), actor));
  }

  /** Agrees to the traffic as the second person. */
  @Post(':key/approve')
  @HttpCode(200)
  async approve(
    @Param('key') key: string,
    @Body() body: unknown,
    @IfMatch() ifMatch: number[] | undefined,
    @Actor() actor: string,
  ): Promise<ExperimentView> {
    const approval = parseBody(approvalBody, body ?? {});
    return this.views.one(await this.experiments.approve({ key, actor, ifMatch }, approval));
  }
}
