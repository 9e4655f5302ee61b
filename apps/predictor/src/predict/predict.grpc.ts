import { Injectable } from '@nestjs/common';
import { decodePredictRequest, parseTraceparent, proto } from '@adlift/wire';
import type { UnaryCall } from '../grpc/unary-method';
import { Stopwatch } from '../trace/stopwatch';
import { PredictObservers } from './predict-observers';
import { PredictService } from './predict.service';

/** Predict over gRPC: bytes to columns, answer to bytes. */
@Injectable()
export class PredictGrpc {
  constructor(
    private readonly service: PredictService,
    private readonly observers: PredictObservers,
  ) {}

  readonly predict = async ({ bytes, metadata }: UnaryCall): Promise<Uint8Array> => {
    const watch = new Stopwatch();
    const trace = parseTraceparent(metadata.get('traceparent')[0]?.toString());
    try {
      const answer = await this.service.predict(decodePredictRequest(bytes), trace, watch);
      return proto.v1.PredictResponse.encode(answer).finish();
    } catch (error) {
      this.observers.failed(error, trace, watch);
      throw error;
    }
  };
}
