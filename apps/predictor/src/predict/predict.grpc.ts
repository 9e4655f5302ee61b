import { crc32 } from 'node:zlib';
import { Injectable } from '@nestjs/common';
import { decodePredictRequest, parseTraceparent } from '@adlift/wire';
import type { UnaryCall } from '@adlift/grpc';
import { Stopwatch } from '../trace/stopwatch';
import { DEFAULT_TIMEOUT_MS } from './predict-call';
import { PredictObservers } from './predict-observers';
import { PredictService } from './predict.service';

/** Predict over gRPC: bytes to columns, answer to bytes. */
@Injectable()
export class PredictGrpc {
  constructor(
    private readonly service: PredictService,
    private readonly observers: PredictObservers,
  ) {}

  readonly predict = async (call: UnaryCall): Promise<Uint8Array> => {
    const { bytes, deadline } = call;
    const watch = new Stopwatch();
    const trace = parseTraceparent(call.header('traceparent'));
    try {
      const { bytes: answer } = await this.service.predict(decodePredictRequest(bytes), {
        trace,
        watch,
        deadline: Math.min(deadline, watch.startedAt + DEFAULT_TIMEOUT_MS),
        fingerprint: crc32(bytes),
      });
      return answer;
    } catch (error) {
      this.observers.failed(error, trace, watch);
      throw error;
    }
  };
}
