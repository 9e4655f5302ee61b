import { Injectable } from '@nestjs/common';
import { Ledger } from '@adlift/ledger';
import { PROBLEMS, toDomainError } from '@adlift/problem';
import type { PredictAnswer, TraceContext } from '@adlift/wire';
import { ShadowScoring } from '../shadow/shadow-scoring';
import { DecisionTracer } from '../trace/decision-tracer';
import type { Stopwatch } from '../trace/stopwatch';
import type { AnswerDraft, AnswerParts } from './answer-assembler';
import { LogSample } from './log-sample';
import { PredictMetrics } from './predict-metrics';
import { predictionRecord } from './prediction-record';

const METHOD = 'adlift.v1.Predictor/Predict';

/** Logs, counts and traces every Predict call, whatever the transport and however it ends. */
@Injectable()
export class PredictObservers {
  constructor(
    private readonly tracer: DecisionTracer,
    private readonly metrics: PredictMetrics,
    private readonly ledger: Ledger,
    private readonly shadows: ShadowScoring,
    private readonly log: LogSample,
  ) {}

  /** Whether the trace is kept whatever happens in it: known before the tokens are sealed. */
  inHeadSample(trace: TraceContext): boolean {
    return this.tracer.inHeadSample(trace);
  }

  /** Completes the answer: whether it is in the prediction log, and what it took. */
  answered(parts: AnswerParts, draft: AnswerDraft, watch: Stopwatch): PredictAnswer {
    if (draft.logged) draft.logged = this.ledger.log(predictionRecord(parts, draft, watch));
    const unlogged = !draft.logged && this.log.holds(parts.predictionId, this.log.rateOf(parts.request, parts.route));
    watch.ended('respond');
    draft.timing = watch.timing();
    this.metrics.answered(draft, watch.totalMs, unlogged);
    this.tracer.answered(METHOD, parts.trace, watch, draft);
    this.shadows.offer(parts);
    return draft;
  }

  /** A request that was sent again and got the answer it had got. */
  repeated(): void {
    this.metrics.repeated();
  }

  failed(error: unknown, trace: TraceContext, watch: Stopwatch): void {
    const { code, message } = toDomainError(error);
    this.metrics.failed(code);
    this.tracer.failed(METHOD, trace, watch, String(PROBLEMS[code].grpc), message);
  }
}
