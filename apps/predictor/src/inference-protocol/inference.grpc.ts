import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { InvalidField, inferenceProto } from '@adlift/wire';
import { GrpcServer } from '../grpc/grpc-server';
import type { UnaryCall, UnaryHandler } from '@adlift/grpc';
import { PREDICTOR_CONFIG, type PredictorEnvironment } from '../predictor-config';
import { decodeInferRequest } from './decode-infer-request';
import { InferenceCatalogue, SERVER } from './inference-catalogue';
import { InferenceService } from './inference.service';
import { encodeInferResponse } from './write-infer-answer';

export const INFERENCE_SERVICE = 'inference.GRPCInferenceService';

/** Messages of this service may be larger than of the others: an inference holds up to MAX_ROWS rows of every feature. */
export const MAX_INFERENCE_BYTES = 16 * 1024 * 1024;

const {
  ServerLiveResponse,
  ServerReadyResponse,
  ServerMetadataResponse,
  ModelReadyRequest,
  ModelReadyResponse,
  ModelMetadataRequest,
  ModelMetadataResponse,
  RepositoryIndexRequest,
  RepositoryIndexResponse,
} = inferenceProto;

/** The Open Inference Protocol over gRPC. */
@Injectable()
export class InferenceGrpc implements OnModuleInit {
  constructor(
    private readonly inference: InferenceService,
    private readonly catalogue: InferenceCatalogue,
    private readonly server: GrpcServer,
    @Inject(PREDICTOR_CONFIG) private readonly config: PredictorEnvironment,
  ) {}

  onModuleInit(): void {
    if (!this.config.ADLIFT_ROLES.has('predict')) return;
    this.server.addService(INFERENCE_SERVICE, this.methods, { scope: 'predict', maxBytes: MAX_INFERENCE_BYTES });
  }

  private readonly infer = (call: UnaryCall): Promise<Uint8Array> =>
    this.inference.infer({
      read: () => decodeInferRequest(call.bytes),
      write: encodeInferResponse,
      traceparent: call.header('traceparent'),
      deadline: call.deadline,
    });

  private readonly methods: Readonly<Record<string, UnaryHandler>> = {
    ServerLive: answering(() => ServerLiveResponse.encode({ live: true })),
    ServerReady: answering(() => ServerReadyResponse.encode({ ready: this.catalogue.ready })),
    ServerMetadata: answering(() => ServerMetadataResponse.encode(SERVER)),
    ModelReady: answering((bytes) => {
      const { name, version } = decoded(ModelReadyRequest, bytes);
      return ModelReadyResponse.encode({ ready: this.catalogue.isReady(name, version) });
    }),
    ModelMetadata: answering((bytes) => {
      const { name, version } = decoded(ModelMetadataRequest, bytes);
      return ModelMetadataResponse.encode(this.catalogue.metadata(name, version));
    }),
    RepositoryIndex: answering((bytes) => {
      const { ready } = decoded(RepositoryIndexRequest, bytes);
      return RepositoryIndexResponse.encode({ models: this.catalogue.index(ready) });
    }),
    ModelInfer: this.infer,
  };
}

function answering(answer: (bytes: Buffer) => { finish(): Uint8Array }): UnaryHandler {
  return ({ bytes }) => Promise.resolve(answer(bytes).finish());
}

/** Throws InvalidField for bytes that are no such message. */
function decoded<T>(type: { decode(bytes: Uint8Array): T }, bytes: Buffer): T {
  try {
    return type.decode(bytes);
  } catch (error) {
    throw new InvalidField('(message)', (error as Error).message);
  }
}
