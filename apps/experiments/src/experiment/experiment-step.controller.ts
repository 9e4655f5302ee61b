import {
  Controller,
  createParamDecorator,
  HttpCode,
  Post,
  UseInterceptors,
  type ExecutionContext,
} from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import type { ExperimentView } from '@adlift/client';
import { parseBody } from '@adlift/problem';
import { callerOf } from '../access/caller';
import { parseQuery } from '../paging/page-query';
import { EtagInterceptor } from './etag.interceptor';
import { ExperimentAmendment } from './experiment-amendment';
import { amendmentBody, rampBody, reasonBody, scheduleBody, startQuery, stepQuery } from './experiment-body';
import { ExperimentLifecycle } from './experiment-lifecycle';
import type { Step, StepTaken } from './experiment-steps';
import { ExperimentViews } from './experiment-views';
import { IdempotencyInterceptor } from './idempotency.interceptor';
import { parseIfMatch } from './if-match';

interface StepRequest {
  readonly raw: IncomingMessage;
  readonly params: { readonly key: string };
  readonly query: unknown;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** What every step's request is made of. */
interface Asked {
  readonly step: Omit<Step, 'reason' | 'dryRun'>;
  readonly query: unknown;
  readonly body: unknown;
}

const Asked = createParamDecorator((_: unknown, context: ExecutionContext): Asked => {
  const { raw, params, query, body, headers } = context.switchToHttp().getRequest<StepRequest>();
  const step = { key: params.key, actor: callerOf(raw).name, ifMatch: parseIfMatch(headers['if-match']) };
  return { step, query, body: body ?? {} };
});

/** `POST /v1/experiments/:key/STEP`: the steps of an experiment's life. All take `If-Match`, `?dryRun=true` and a reason. */
@Controller('v1/experiments/:key')
@UseInterceptors(EtagInterceptor, IdempotencyInterceptor)
export class ExperimentStepController {
  constructor(
    private readonly lifecycle: ExperimentLifecycle,
    private readonly amendment: ExperimentAmendment,
    private readonly views: ExperimentViews,
  ) {}

  @Post('ready')
  @HttpCode(200)
  ready(@Asked() asked: Asked): Promise<ExperimentView> {
    return this.plain(asked, (step) => this.lifecycle.ready(step));
  }

  @Post('schedule')
  @HttpCode(200)
  schedule(@Asked() { step, query, body }: Asked): Promise<ExperimentView> {
    const { reason, startAt } = parseBody(scheduleBody, body);
    const { dryRun } = parseQuery(stepQuery, query);
    return this.shown(this.lifecycle.schedule({ ...step, reason, dryRun }, startAt));
  }

  @Post('unschedule')
  @HttpCode(200)
  unschedule(@Asked() asked: Asked): Promise<ExperimentView> {
    return this.plain(asked, (step) => this.lifecycle.unschedule(step));
  }

  @Post('start')
  @HttpCode(200)
  start(@Asked() { step, query, body }: Asked): Promise<ExperimentView> {
    const { dryRun, force } = parseQuery(startQuery, query);
    const { reason } = parseBody(reasonBody, body);
    return this.shown(this.lifecycle.start({ ...step, reason, dryRun }, { force }));
  }

  @Post('pause')
  @HttpCode(200)
  pause(@Asked() asked: Asked): Promise<ExperimentView> {
    return this.plain(asked, (step) => this.lifecycle.pause(step));
  }

  @Post('resume')
  @HttpCode(200)
  resume(@Asked() { step, query, body }: Asked): Promise<ExperimentView> {
    const { dryRun, force } = parseQuery(startQuery, query);
    const { reason } = parseBody(reasonBody, body);
    return this.shown(this.lifecycle.resume({ ...step, reason, dryRun }, { force }));
  }

  @Post('ramp')
  @HttpCode(200)
  ramp(@Asked() { step, query, body }: Asked): Promise<ExperimentView> {
    const { reason, rollout } = parseBody(rampBody, body);
    const { dryRun } = parseQuery(stepQuery, query);
    return this.shown(this.amendment.ramp({ ...step, reason, dryRun }, rollout));
  }

  @Post('amend')
  @HttpCode(200)
  amend(@Asked() { step, query, body }: Asked): Promise<ExperimentView> {
    const amendment = parseBody(amendmentBody, body);
    const { dryRun } = parseQuery(stepQuery, query);
    return this.shown(this.amendment.amend({ ...step, reason: amendment.reason, dryRun }, amendment));
  }

  @Post('resync')
  @HttpCode(200)
  resync(@Asked() asked: Asked): Promise<ExperimentView> {
    return this.plain(asked, (step) => this.amendment.resync(step));
  }

  @Post('stop')
  @HttpCode(200)
  stop(@Asked() asked: Asked): Promise<ExperimentView> {
    return this.plain(asked, (step) => this.lifecycle.stop(step));
  }

  @Post('conclude')
  @HttpCode(200)
  conclude(@Asked() asked: Asked): Promise<ExperimentView> {
    return this.plain(asked, (step) => this.lifecycle.conclude(step));
  }

  @Post('abort')
  @HttpCode(200)
  abort(@Asked() asked: Asked): Promise<ExperimentView> {
    return this.plain(asked, (step) => this.lifecycle.abort(step));
  }

  @Post('archive')
  @HttpCode(200)
  archive(@Asked() asked: Asked): Promise<ExperimentView> {
    return this.plain(asked, (step) => this.lifecycle.archive(step));
  }

  /** A step that needs nothing but a reason. */
  private plain({ step, query, body }: Asked, take: (step: Step) => Promise<StepTaken>): Promise<ExperimentView> {
    const { reason } = parseBody(reasonBody, body);
    const { dryRun } = parseQuery(stepQuery, query);
    return this.shown(take({ ...step, reason, dryRun }));
  }

  private async shown(taken: Promise<StepTaken>): Promise<ExperimentView> {
    const { experiment, unleashCalls } = await taken;
    const view = await this.views.one(experiment);
    return unleashCalls === undefined ? view : { ...view, dryRun: true, unleashCalls };
  }
}
