import { Body, Controller, Headers, HttpCode, Post } from '@nestjs/common';
import { parseBody } from '@adlift/problem';
import { InvalidField, parseTraceparent } from '@adlift/wire';
import { jsonFieldOf, predictBody, requestFromJson } from './predict-json';
import type { PredictAnswer } from './predict-answer';
import { PredictObservers } from './predict-observers';
import { PredictService } from './predict.service';
import { Stopwatch } from '../trace/stopwatch';

/** `POST /v1/predict`: the same as Predict, in JSON. */
@Controller('v1/predict')
export class PredictController {
  constructor(
    private readonly service: PredictService,
    private readonly observers: PredictObservers,
  ) {}

  @Post()
  @HttpCode(200)
  async predict(@Body() body: unknown, @Headers('traceparent') traceparent?: string): Promise<PredictAnswer> {
    const watch = new Stopwatch();
    const trace = parseTraceparent(traceparent);
    try {
      return await this.service.predict(requestFromJson(parseBody(predictBody, body)), trace, watch);
    } catch (error) {
      this.observers.failed(error, trace, watch);
      throw error instanceof InvalidField ? new InvalidField(jsonFieldOf(error.field), error.problem) : error;
    }
  }
}
