import { Injectable } from '@nestjs/common';
import { PROBLEMS, toDomainError } from '@adlift/problem';
import type { TraceContext } from '@adlift/wire';
import { DecisionTracer } from '../trace/decision-tracer';
import type { Stopwatch } from '../trace/stopwatch';
import type { PredictAnswer } from './predict-answer';
import { PredictMetrics } from './predict-metrics';

const METHOD = 'adlift.v1.Predictor/Predict';

/** Counts and traces every Predict call, whatever the transport and however it ends. */
@Injectable()
export class PredictObservers {
  constructor(
    private readonly tracer: DecisionTracer,
    private readonly metrics: PredictMetrics,
  ) {}

  /** Whether the trace is kept whatever happens in it: known before the tokens are sealed. */
  inHeadSample(trace: TraceContext): boolean {
    return this.tracer.inHeadSample(trace);
  }

  /** `unlogged`: the prediction log should have had the call, and could not take it. */
  answered(trace: TraceContext, watch: Stopwatch, answer: PredictAnswer, unlogged: boolean): void {
    this.metrics.answered(answer, watch.totalMs, unlogged);
    this.tracer.answered(METHOD, trace, watch, answer);
  }

  failed(error: unknown, trace: TraceContext, watch: Stopwatch): void {
    const { code, message } = toDomainError(error);
    this.metrics.failed(code);
    this.tracer.failed(METHOD, trace, watch, String(PROBLEMS[code].grpc), message);
  }
}
