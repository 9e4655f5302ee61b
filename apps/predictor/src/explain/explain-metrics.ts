import { Injectable } from '@nestjs/common';
import { toDomainError } from '@adlift/problem';
import { telemetry } from '@adlift/telemetry';
import { EXPLAIN_METHODS, type ExplainMethod } from './explanation-answer';

/** Counts explanations; name and meaning in docs/metrics.md. */
@Injectable()
export class ExplainMetrics {
  private readonly requests = telemetry().meter.createCounter('adlift_explain_requests', {
    description: 'Explain calls by outcome: the method, or the error code',
  });

  constructor() {
    for (const outcome of EXPLAIN_METHODS) this.requests.add(0, { outcome });
  }

  answered(method: ExplainMethod): void {
    this.requests.add(1, { outcome: method });
  }

  failed(error: unknown): void {
    this.requests.add(1, { outcome: toDomainError(error).code });
  }
}
