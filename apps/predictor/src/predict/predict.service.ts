import { Injectable } from '@nestjs/common';
import { DomainError } from '@adlift/problem';
import { encodePredictAnswer, makeUuidV7, uuidV7Time, validatePredictRequest, type PredictRequest } from '@adlift/wire';
import { Assigner } from '../routing/assigner';
import { AnswerAssembler } from './answer-assembler';
import { AnswerSource } from './answer-source';
import { EncodedAnswer } from './encoded-answer';
import type { PredictCall } from './predict-call';
import { PredictObservers } from './predict-observers';
import { RecentAnswers } from './recent-answers';

/** One prediction: route, score, rank, seal tokens, log, trace. */
@Injectable()
export class PredictService {
  constructor(
    private readonly recent: RecentAnswers,
    private readonly assigner: Assigner,
    private readonly source: AnswerSource,
    private readonly assembler: AnswerAssembler,
    private readonly observers: PredictObservers,
  ) {}

  /**
   * Throws InvalidField for a malformed request, `already_exists` for another request of the same id; rejects with
   * `deadline_exceeded` when nobody waits any more. Anything else is answered, from a marked fallback if need be.
   */
  predict(request: PredictRequest, call: PredictCall): Promise<EncodedAnswer> {
    validatePredictRequest(request);
    const known = this.recent.find(request.requestId, call.fingerprint);
    if (known !== undefined) {
      this.observers.repeated();
      return known;
    }
    const answer = this.answer(request, call);
    this.recent.keep(request.requestId, call.fingerprint, answer);
    return answer;
  }

  private async answer(request: PredictRequest, call: PredictCall): Promise<EncodedAnswer> {
    const { watch, trace, deadline } = call;
    if (deadline <= performance.now()) throw new DomainError('deadline_exceeded', 'the deadline has passed');
    const predictionId = makeUuidV7();
    watch.ended('decode');
    const route = this.assigner.route(request, predictionId, uuidV7Time(predictionId));
    watch.ended('flag_evaluation');
    const answered = await this.source.answer(request, route.plan, deadline);
    watch.scored(answered);
    const traceKept = answered.fallback || this.observers.inHeadSample(trace);
    const parts = { request, route, answered, predictionId, trace, traceKept };
    const answer = this.observers.answered(parts, this.assembler.assemble(parts), watch);
    return new EncodedAnswer(encodePredictAnswer(answer), answer);
  }
}
