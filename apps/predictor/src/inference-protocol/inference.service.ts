import { Injectable } from '@nestjs/common';
import { toDomainError } from '@adlift/problem';
import { parseTraceparent } from '@adlift/wire';
import { beforeDeadline, deadlineOf } from './infer-timeout';
import type { InferAnswer, InferRequest } from './infer-request';
import { InferenceStatistics } from './inference-statistics';
import type { Inferred } from './inferred';
import { ModelInference } from './model-inference';
import { OfferedModels } from './offered-models';
import { requireRouterVersion, ROUTER, RouterInference } from './router-inference';

/** One call, with its transport's way of reading and writing, so that both count as the work on it. */
export interface InferCall<Request extends InferRequest, Reply> {
  readonly read: () => Request;
  readonly write: (answer: InferAnswer, request: Request) => Reply;
  readonly traceparent: string | undefined;
  /** As of performance.now(), of the transport; Infinity when it has none. */
  readonly deadline: number;
}

/** Inference whatever the transport: finds the model, keeps the time, counts. */
@Injectable()
export class InferenceService {
  constructor(
    private readonly models: OfferedModels,
    private readonly single: ModelInference,
    private readonly router: RouterInference,
    private readonly statistics: InferenceStatistics,
  ) {}

  /** Throws InvalidField for a malformed call and DomainError `not_found`, `unimplemented` or `unavailable`. */
  async infer<Request extends InferRequest, Reply>(call: InferCall<Request, Reply>): Promise<Reply> {
    const startedAt = performance.now();
    let reference = '';
    try {
      const request = call.read();
      const readMs = performance.now() - startedAt;
      const deadline = Math.min(deadlineOf(request, startedAt), call.deadline);
      const target = this.targetOf(request, call.traceparent, startedAt, deadline);
      reference = target.reference;
      const inferred = await beforeDeadline(deadline, target.run());
      const scoredAt = performance.now();
      const reply = call.write(inferred.answer, request);
      const endedAt = performance.now();
      this.statistics.succeeded(reference, inferred, readMs, endedAt - scoredAt, endedAt - startedAt);
      return reply;
    } catch (error) {
      this.statistics.failed(reference, toDomainError(error).code, performance.now() - startedAt);
      throw error;
    }
  }

  private targetOf(
    request: InferRequest,
    traceparent: string | undefined,
    startedAt: number,
    deadline: number,
  ): { reference: string; run: () => Promise<Inferred> } {
    const { model: name, version } = request;
    if (name === ROUTER.name) {
      requireRouterVersion(version);
      const trace = parseTraceparent(traceparent);
      return { reference: ROUTER.name, run: () => this.router.infer(request, trace, startedAt, deadline) };
    }
    const model = this.models.require(name, version);
    return { reference: model.reference, run: () => this.single.infer(request, model, deadline) };
  }
}
