import { Injectable } from '@nestjs/common';
import { decodePredictRequest, InvalidField, parseTraceparent, proto } from '@adlift/wire';
import type { UnaryCall } from '@adlift/grpc';
import { ExplainMetrics } from './explain-metrics';
import { EXPLAIN_TIMEOUT_MS, ExplainService } from './explain.service';

const { ExplainRequest, ExplainResponse, PredictRequest } = proto.v1;
const OWN_FIELD = /^(index|\(message\))/;

/** Explain over gRPC. */
@Injectable()
export class ExplainGrpc {
  constructor(
    private readonly service: ExplainService,
    private readonly metrics: ExplainMetrics,
  ) {}

  readonly explain = async (call: UnaryCall): Promise<Uint8Array> => {
    const { bytes, deadline } = call;
    const latest = performance.now() + EXPLAIN_TIMEOUT_MS;
    try {
      const { request, index } = decode(bytes);
      if (request === undefined || request === null) throw new InvalidField('(message)', 'there is no request in it');
      const answer = await this.service.explain({
        request: decodePredictRequest(PredictRequest.encode(request).finish()),
        index,
        trace: parseTraceparent(call.header('traceparent')),
        deadline: Math.min(deadline, latest),
      });
      return ExplainResponse.encode({
        ...answer,
        explanations: answer.explanations.map((one) => ({ ...one, contributions: [...one.contributions] })),
      }).finish();
    } catch (error) {
      this.metrics.failed(error);
      throw error instanceof InvalidField ? nested(error) : error;
    }
  };
}

function decode(bytes: Uint8Array): proto.v1.ExplainRequest {
  try {
    return ExplainRequest.decode(bytes);
  } catch (error) {
    throw new InvalidField('(message)', `not an ExplainRequest: ${(error as Error).message}`);
  }
}

/** The path from this message on, where the request in it is at fault. */
function nested(error: InvalidField): InvalidField {
  return OWN_FIELD.test(error.field) ? error : new InvalidField(`request.${error.field}`, error.problem);
}
