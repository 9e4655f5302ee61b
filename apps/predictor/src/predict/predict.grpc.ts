import { crc32 } from 'node:zlib';
import { Injectable } from '@nestjs/common';
import { decodePredictRequest, parseTraceparent } from '@adlift/wire';
import type { UnaryCall } from '../grpc/unary-method';
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

  readonly predict = async ({ bytes, metadata, deadline }: UnaryCall): Promise<Uint8Array> => {
    const watch = new Stopwatch();
    const trace = parseTraceparent(metadata.get('traceparent')[0]?.toString());
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
