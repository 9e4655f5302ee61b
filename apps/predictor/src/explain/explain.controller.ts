import { Body, Controller, Headers, HttpCode, Post } from '@nestjs/common';
import { z } from 'zod';
import { parseBody } from '@adlift/problem';
import { InvalidField, MAX_CANDIDATES, parseTraceparent } from '@adlift/wire';
import { jsonFieldOf, predictBody, requestFromJson } from '../predict/predict-json';
import { timeoutMs } from '../predict/request-timeout';
import { ExplainMetrics } from './explain-metrics';
import { EXPLAIN_TIMEOUT_MS, ExplainService } from './explain.service';
import type { ExplanationAnswer } from './explanation-answer';

/** Body of `POST /v1/explain`: that of a prediction, and the candidates to explain. */
const explainBody = predictBody.extend({ index: z.array(z.int().min(0)).max(MAX_CANDIDATES).default([]) });

/** `POST /v1/explain`: the same as Explain, in JSON. */
@Controller('v1/explain')
export class ExplainController {
  constructor(
    private readonly service: ExplainService,
    private readonly metrics: ExplainMetrics,
  ) {}

  @Post()
  @HttpCode(200)
  async explain(
    @Body() body: unknown,
    @Headers('traceparent') traceparent?: string,
    @Headers('x-request-timeout-ms') timeout?: string,
  ): Promise<ExplanationAnswer> {
    const begun = performance.now();
    try {
      const { index, ...request } = parseBody(explainBody, body);
      return await this.service.explain({
        request: requestFromJson(request),
        index,
        trace: parseTraceparent(traceparent),
        deadline: begun + timeoutMs(timeout, EXPLAIN_TIMEOUT_MS),
      });
    } catch (error) {
      this.metrics.failed(error);
      throw error instanceof InvalidField ? new InvalidField(jsonFieldOf(error.field), error.problem) : error;
    }
  }
}
