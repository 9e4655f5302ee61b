import type { IncomingMessage } from 'node:http';
import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { DomainError } from '@adlift/problem';
import { callerOf } from '../access/caller';
import { IdempotentAnswers, type RepeatableRequest } from './idempotent-answers';

interface Request {
  readonly raw: IncomingMessage;
  readonly method: string;
  readonly url: string;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

interface Reply {
  readonly statusCode: number;
  status(code: number): Reply;
  header(name: string, value: string): Reply;
}

const KEY = /^[\x21-\x7e]{1,200}$/;

/** Answers a POST whose `Idempotency-Key` was seen before with what it was answered then. */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(private readonly answers: IdempotentAnswers) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { raw, method, url, body, headers } = context.switchToHttp().getRequest<Request>();
    const key = headers['idempotency-key'];
    if (key === undefined || method !== 'POST') return next.handle();
    if (!KEY.test(key))
      throw new DomainError(
        'invalid_argument',
        'idempotency-key: must be 1 to 200 visible ASCII characters',
        'idempotency-key',
      );
    const request = { caller: callerOf(raw).name, key, method, url, body };
    return from(this.answer(request, next, context.switchToHttp().getResponse<Reply>()));
  }

  private async answer(request: RepeatableRequest, next: CallHandler, reply: Reply): Promise<unknown> {
    const earlier = await this.answers.begin(request);
    if (earlier !== undefined) {
      reply.status(earlier.status).header('idempotent-replayed', 'true');
      return earlier.answer;
    }
    let answer: unknown;
    try {
      answer = await lastValueFrom(next.handle());
    } catch (error) {
      await this.answers.forget(request);
      throw error;
    }
    await this.answers.keep(request, reply.statusCode, answer);
    return answer;
  }
}
