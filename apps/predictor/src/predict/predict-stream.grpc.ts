import { crc32 } from 'node:zlib';
import { Injectable } from '@nestjs/common';
import { PROBLEMS, toDomainError } from '@adlift/problem';
import {
  decodePredictRequest,
  decodeStreamRequest,
  encodeStreamAnswer,
  encodeStreamError,
  parseTraceparent,
  peekRequestId,
  type StreamRequest,
} from '@adlift/wire';
import { MAX_ORDINARY_BYTES, tooLarge } from '../grpc/message-limit';
import { Stopwatch } from '../trace/stopwatch';
import { DEFAULT_TIMEOUT_MS } from './predict-call';
import { PredictObservers } from './predict-observers';
import { PredictService } from './predict.service';

/** PredictStream: one message as one Predict call; what fails is answered in-band and the stream goes on. */
@Injectable()
export class PredictStreamGrpc {
  constructor(
    private readonly service: PredictService,
    private readonly observers: PredictObservers,
  ) {}

  readonly predict = async (bytes: Buffer): Promise<Uint8Array> => {
    const watch = new Stopwatch();
    let message: StreamRequest = { request: bytes, timeoutUs: 0, traceparent: '' };
    let trace = parseTraceparent(undefined);
    try {
      message = decodeStreamRequest(bytes);
      if (bytes.length > MAX_ORDINARY_BYTES) throw tooLarge(MAX_ORDINARY_BYTES);
      if (message.traceparent !== '') trace = parseTraceparent(message.traceparent);
      const timeoutMs = message.timeoutUs === 0 ? DEFAULT_TIMEOUT_MS : message.timeoutUs / 1000;
      const request = decodePredictRequest(message.request);
      const answer = await this.service.predict(request, {
        trace,
        watch,
        deadline: watch.startedAt + Math.min(timeoutMs, DEFAULT_TIMEOUT_MS),
        fingerprint: crc32(message.request),
      });
      return encodeStreamAnswer(request.requestId, answer.bytes);
    } catch (error) {
      this.observers.failed(error, trace, watch);
      const { code, message: text, field = '' } = toDomainError(error);
      return encodeStreamError(peekRequestId(message.request), PROBLEMS[code].grpc, text, field);
    }
  };
}
