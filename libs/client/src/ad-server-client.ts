import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { proto } from '@adlift/wire';

export type PredictCall = proto.v1.IPredictRequest;
export type PredictReply = proto.v1.PredictResponse;
export type EventMessage = proto.v1.IEvent;

interface Codec<Request, Reply> {
  readonly path: string;
  readonly encode: (request: Request) => Buffer;
  readonly decode: (bytes: Buffer) => Reply;
}

interface MessageType<Properties, Message> {
  encode(message: Properties): { finish(): Uint8Array };
  decode(bytes: Uint8Array): Message;
}

function codec<A, B, C, D>(path: string, request: MessageType<A, B>, reply: MessageType<C, D>): Codec<A, D> {
  return {
    path,
    encode: (message) => Buffer.from(request.encode(message).finish()),
    decode: (bytes) => reply.decode(bytes),
  };
}

const { v1 } = proto;
const PREDICT = codec('/adlift.v1.Predictor/Predict', v1.PredictRequest, v1.PredictResponse);
const MINT = codec('/adlift.v1.Predictor/MintTokens', v1.MintTokensRequest, v1.MintTokensResponse);
const EXPLAIN = codec('/adlift.v1.Predictor/Explain', v1.ExplainRequest, v1.ExplainResponse);
const RECORD = codec('/adlift.v1.Events/RecordEvents', v1.RecordEventsRequest, v1.RecordEventsResponse);

/** What an ad server needs of the predictor, over gRPC. Calls reject with grpc-js's ServiceError. */
export class AdServerClient {
  private readonly client: Client;
  private readonly authorization: string | undefined;

  /** `key` is a credential of the predictor; none for an ordinary caller. */
  constructor(address: string, key?: string) {
    this.client = new Client(address, credentials.createInsecure(), {
      'grpc.max_receive_message_length': 16 * 1024 * 1024,
      // A predictor that was restarted is to be found again at once, not after the default of up to two minutes.
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 1000,
    });
    this.authorization = key === undefined ? undefined : `Bearer ${key}`;
  }

  /** `traceparent` is a W3C trace context that the decision continues. */
  predict(request: PredictCall, traceparent?: string): Promise<PredictReply> {
    return this.call(PREDICT, request, traceparent);
  }

  /** What each feature contributes to the click scores that `predict` would give. */
  explain(request: proto.v1.IExplainRequest): Promise<proto.v1.ExplainResponse> {
    return this.call(EXPLAIN, request);
  }

  mintTokens(request: proto.v1.IMintTokensRequest): Promise<proto.v1.MintTokensResponse> {
    return this.call(MINT, request);
  }

  /** One result per event, in order; at most 1000 events. */
  async recordEvents(events: EventMessage[]): Promise<readonly proto.v1.IEventResult[]> {
    const { results } = await this.call(RECORD, { events });
    return results;
  }

  close(): void {
    this.client.close();
  }

  private call<Request, Reply>(
    { path, encode, decode }: Codec<Request, Reply>,
    request: Request,
    traceparent?: string,
  ): Promise<Reply> {
    const metadata = new Metadata();
    if (this.authorization !== undefined) metadata.set('authorization', this.authorization);
    if (traceparent !== undefined) metadata.set('traceparent', traceparent);
    return new Promise((resolve, reject) => {
      this.client.makeUnaryRequest(
        path,
        encode,
        decode,
        request,
        metadata,
        (error: ServiceError | null, reply?: Reply) => {
          if (error === null && reply !== undefined) resolve(reply);
          else reject(error ?? new Error(`${path} gave no answer`));
        },
      );
    });
  }
}
