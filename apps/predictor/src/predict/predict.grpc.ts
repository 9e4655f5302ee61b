import { Injectable } from '@nestjs/common';
import { decodePredictRequest, parseTraceparent, proto } from '@adlift/wire';
import type { UnaryCall } from '../grpc/unary-method';
import { PredictService } from './predict.service';

/** Predict over gRPC: bytes to columns, answer to bytes. */
@Injectable()
export class PredictGrpc {
  constructor(private readonly service: PredictService) {}

  readonly predict = async ({ bytes, metadata }: UnaryCall): Promise<Uint8Array> => {
    const trace = parseTraceparent(metadata.get('traceparent')[0]?.toString());
    const answer = await this.service.predict(decodePredictRequest(bytes), trace);
    return proto.v1.PredictResponse.encode(answer).finish();
  };
}
