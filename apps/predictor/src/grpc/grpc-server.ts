import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Server, ServerCredentials, type ServiceDefinition, type UntypedServiceImplementation } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { HealthImplementation } from 'grpc-health-check';
import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { EventsGrpc } from '../events/events.grpc';
import { MintTokensGrpc } from '../predict/mint-tokens.grpc';
import { PredictGrpc } from '../predict/predict.grpc';
import { PredictStreamGrpc } from '../predict/predict-stream.grpc';
import { PREDICTOR_CONFIG, type PredictorEnvironment } from '../predictor-config';
import { streamHandler, streamMethod, type StreamHandler } from './stream-method';
import { unaryHandler, unaryMethod, type UnaryHandler } from './unary-method';

const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;
const DRAIN_MS = 3000;
const STREAM_MAX_AGE_MS = 10 * 60_000;

/** The plain grpc-js server: Nest's own would put a proto-loader object and an Observable in the way of every call. */
@Injectable()
export class GrpcServer implements BeforeApplicationShutdown {
  private readonly server = new Server({
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
  });
  private readonly health = new HealthImplementation({ '': 'NOT_SERVING' });

  constructor(
    @Inject(PREDICTOR_CONFIG) private readonly config: PredictorEnvironment,
    predict: PredictGrpc,
    predictStream: PredictStreamGrpc,
    mintTokens: MintTokensGrpc,
    events: EventsGrpc,
  ) {
    this.addService(
      'adlift.v1.Predictor',
      { Predict: predict.predict, MintTokens: mintTokens.mintTokens },
      { PredictStream: predictStream.predict },
    );
    this.addService('adlift.v1.Events', { RecordEvents: events.recordEvents });
    new ReflectionService(loadSync(protoFiles(), { includeDirs: [protoRoot()] })).addToServer(this.server);
    this.health.addToServer(this.server);
  }

  /** Rejects when the port is taken. */
  async listen(): Promise<void> {
    const address = `${this.config.ADLIFT_HOST}:${this.config.PREDICTOR_GRPC_PORT}`;
    await new Promise<void>((resolve, reject) =>
      this.server.bindAsync(address, ServerCredentials.createInsecure(), (error) =>
        error === null ? resolve() : reject(error),
      ),
    );
    for (const service of ['', 'adlift.v1.Predictor', 'adlift.v1.Events']) this.health.setStatus(service, 'SERVING');
  }

  /** Lets running calls finish, then cuts the rest. */
  async beforeApplicationShutdown(): Promise<void> {
    const cut = setTimeout(() => this.server.forceShutdown(), DRAIN_MS);
    await new Promise<void>((resolve) => this.server.tryShutdown(() => resolve()));
    clearTimeout(cut);
  }

  private addService(
    service: string,
    methods: Readonly<Record<string, UnaryHandler>>,
    streams: Readonly<Record<string, StreamHandler>> = {},
  ): void {
    const definition: Record<string, ServiceDefinition[string]> = {};
    const implementation: UntypedServiceImplementation = {};
    for (const [name, handler] of Object.entries(methods)) {
      definition[name] = unaryMethod(`/${service}/${name}`);
      implementation[name] = unaryHandler(handler);
    }
    for (const [name, handler] of Object.entries(streams)) {
      definition[name] = streamMethod(`/${service}/${name}`);
      implementation[name] = streamHandler(handler, STREAM_MAX_AGE_MS);
    }
    this.server.addService(definition, implementation);
  }
}

function protoFiles(): string[] {
  return ['predictor.proto', 'events.proto'].map((file) => join(protoRoot(), 'adlift', 'v1', file));
}

/** `proto/` of the installation, from the sources as well as from the build. */
function protoRoot(): string {
  for (let folder = __dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const root = join(folder, 'proto');
    if (existsSync(join(root, 'adlift'))) return root;
  }
  throw new Error(`no proto folder above ${__dirname}`);
}
