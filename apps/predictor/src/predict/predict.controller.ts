import { Body, Controller, Headers, HttpCode, Post } from '@nestjs/common';
import { parseBody } from '@adlift/problem';
import { InvalidField, parseTraceparent } from '@adlift/wire';
import { jsonFieldOf, predictBody, requestFromJson } from './predict-json';
import type { PredictAnswer } from './predict-answer';
import { PredictService } from './predict.service';

/** `POST /v1/predict`: the same as Predict, in JSON. */
@Controller('v1/predict')
export class PredictController {
  constructor(private readonly service: PredictService) {}

  @Post()
  @HttpCode(200)
  async predict(@Body() body: unknown, @Headers('traceparent') traceparent?: string): Promise<unknown> {
    const request = requestFromJson(parseBody(predictBody, body));
    try {
      return toJson(await this.service.predict(request, parseTraceparent(traceparent)));
    } catch (error) {
      throw error instanceof InvalidField ? new InvalidField(jsonFieldOf(error.field), error.problem) : error;
    }
  }
}

/** Typed arrays would come out as objects with numbered keys. */
function toJson(answer: PredictAnswer): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(answer).map(([key, value]: [string, unknown]) => [
      key,
      ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : value,
    ]),
  );
}
