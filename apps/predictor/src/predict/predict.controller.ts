import { crc32 } from 'node:zlib';
import { Body, Controller, Headers, HttpCode, Post } from '@nestjs/common';
import { parseBody } from '@adlift/problem';
import { InvalidField, parseTraceparent } from '@adlift/wire';
import { answerToJson, jsonFieldOf, predictBody, requestFromJson, type PredictAnswerJson } from './predict-json';
import { DEFAULT_TIMEOUT_MS } from './predict-call';
import { PredictObservers } from './predict-observers';
import { PredictService } from './predict.service';
import { timeoutMs } from './request-timeout';
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
  async predict(
    @Body() body: unknown,
    @Headers('traceparent') traceparent?: string,
    @Headers('x-request-timeout-ms') timeout?: string,
  ): Promise<PredictAnswerJson> {
    const watch = new Stopwatch();
    const trace = parseTraceparent(traceparent);
    try {
      const { answer } = await this.service.predict(requestFromJson(parseBody(predictBody, body)), {
        trace,
        watch,
        deadline: watch.startedAt + timeoutMs(timeout, DEFAULT_TIMEOUT_MS),
        fingerprint: crc32(JSON.stringify(body)),
      });
      return answerToJson(answer);
    } catch (error) {
      this.observers.failed(error, trace, watch);
      throw error instanceof InvalidField ? new InvalidField(jsonFieldOf(error.field), error.problem) : error;
    }
  }
}
