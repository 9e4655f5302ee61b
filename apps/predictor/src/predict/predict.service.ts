import { Injectable } from '@nestjs/common';
import { LedgerWriter } from '@adlift/ledger';
import { makeUuidV7, uuidV7Time, validatePredictRequest, type PredictRequest, type TraceContext } from '@adlift/wire';
import { Assigner, type Route } from '../routing/assigner';
import type { Stopwatch } from '../trace/stopwatch';
import { AnswerAssembler } from './answer-assembler';
import { AnswerSource } from './answer-source';
import type { PredictAnswer } from './predict-answer';
import { predictionRecord } from './prediction-record';
import { PredictObservers } from './predict-observers';

/** Every request is logged until sampling is configurable. */
const LOG_RATE = 1;

/** One prediction: route, score, rank, seal tokens, log, trace. */
@Injectable()
export class PredictService {
  constructor(
    private readonly assigner: Assigner,
    private readonly source: AnswerSource,
    private readonly assembler: AnswerAssembler,
    private readonly ledger: LedgerWriter,
    private readonly observers: PredictObservers,
  ) {}

  /**
   * Throws InvalidField for a malformed request; anything else is answered, from a marked fallback if need be. The
   * watch runs since the call came in.
   */
  async predict(request: PredictRequest, trace: TraceContext, watch: Stopwatch): Promise<PredictAnswer> {
    validatePredictRequest(request);
    const predictionId = makeUuidV7();
    watch.ended('decode');
    const route = this.assigner.route(request, predictionId, uuidV7Time(predictionId));
    watch.ended('flag_evaluation');
    const answered = await this.source.answer(request, route.plan);
    const { encodeMs, queueMs, inferenceMs } = answered;
    watch.endedTogether([
      ['queue', queueMs],
      ['encode', encodeMs],
      ['inference', inferenceMs],
    ]);
    const logRate = isLoggable(request, route) ? LOG_RATE : 0;
    const traceKept = answered.fallback || this.observers.inHeadSample(trace);
    const draft = this.assembler.assemble({ request, route, answered, predictionId, trace, traceKept, logRate });
    const totalUs = Math.round((performance.now() - watch.startedAt) * 1000);
    const logged =
      logRate > 0 &&
      this.ledger.log(predictionRecord({ request, route, answer: draft, answered, trace, traceKept, totalUs }));
    watch.ended('respond');
    const answer = { ...draft, logged, timing: timingOf(watch) };
    this.observers.answered(trace, watch, answer, logRate > 0 && !logged);
    return answer;
  }
}

function isLoggable(request: PredictRequest, route: Route): boolean {
  return request.privacy === 'FULL' && !route.forced;
}

function timingOf(watch: Stopwatch): PredictAnswer['timing'] {
  const microseconds = (ms: number): number => Math.round(ms * 1000);
  return {
    totalUs: microseconds(watch.totalMs),
    queueUs: microseconds(watch.of('queue')),
    encodeUs: microseconds(watch.of('encode')),
    inferenceUs: microseconds(watch.of('inference')),
  };
}
