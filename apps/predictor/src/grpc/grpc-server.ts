import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  Server,
  ServerCredentials,
  type Metadata,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { Grant } from '@adlift/access';
import { Credentials } from '../access/credentials';
import { EventsGrpc } from '../events/events.grpc';
import { ModelHealth } from '../health/model-health';
import { PredictorGrpc } from '../predict/predictor.grpc';
import { PREDICTOR_CONFIG, type PredictorEnvironment } from '../predictor-config';
import type { Roles } from '../roles';
import { MAX_ORDINARY_BYTES, tooLarge } from './message-limit';
import { streamHandler, streamMethod, type StreamHandler } from './stream-method';
import { unaryHandler, unaryMethod, type UnaryHandler } from './unary-method';

/** What the transport takes in; a service allows more than the smaller limit only if it says so. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
const MAX_EVENTS_BYTES = 1024 * 1024;
const DRAIN_MS = 3000;
const STREAM_MAX_AGE_MS = 10 * 60_000;

interface ServiceOptions {
  /** Scope that a caller needs. */
  readonly scope: Grant;
  readonly streams?: Readonly<Record<string, StreamHandler>>;
  readonly maxBytes?: number;
}

/** The plain grpc-js server: Nest's own would put a proto-loader object and an Observable in the way of every call. */
@Injectable()
export class GrpcServer implements BeforeApplicationShutdown {
  private readonly server = new Server({
    // Statistics of grpc-js that nobody reads: ours are metrics and traces.
    'grpc.enable_channelz': 0,
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
  });

  constructor(
    @Inject(PREDICTOR_CONFIG) private readonly config: PredictorEnvironment,
    predictor: PredictorGrpc,
    events: EventsGrpc,
    private readonly health: ModelHealth,
    private readonly credentials: Credentials,
  ) {
    const roles = config.ADLIFT_ROLES;
    if (roles.has('predict'))
      this.addService('adlift.v1.Predictor', predictor.methods, { scope: 'predict', streams: predictor.streams });
    if (roles.has('events'))
      this.addService(
        'adlift.v1.Events',
        { RecordEvents: events.recordEvents },
        { scope: 'events', maxBytes: MAX_EVENTS_BYTES },
      );
    new ReflectionService(loadSync(protoFiles(roles), { includeDirs: [protoRoot()] })).addToServer(this.server);
    health.service.addToServer(this.server);
  }

  /** Rejects when the port is taken. */
  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) =>
      this.server.bindAsync(this.address, ServerCredentials.createInsecure(), (error) =>
        error === null ? resolve() : reject(error),
      ),
    );
    this.health.serve();
  }

  /** Lets running calls finish, then cuts the rest. */
  async beforeApplicationShutdown(): Promise<void> {
    // Not forceShutdown(), which without channelz knows of no connection.
    this.server.drain(this.address, DRAIN_MS);
    await new Promise<void>((resolve) => this.server.tryShutdown(() => resolve()));
  }

  private get address(): string {
    return `${this.config.ADLIFT_HOST}:${this.config.PREDICTOR_GRPC_PORT}`;
  }

  /** Adds a service; a call without a key of its scope is refused, and a message over `maxBytes`. */
  addService(
    service: string,
    methods: Readonly<Record<string, UnaryHandler>>,
    { scope, streams = {}, maxBytes = MAX_ORDINARY_BYTES }: ServiceOptions,
  ): void {
    const admit = (metadata: Metadata): void => {
      this.credentials.require(scope, metadata.get('authorization')[0]?.toString());
    };
    const definition: Record<string, ServiceDefinition[string]> = {};
    const implementation: UntypedServiceImplementation = {};
    for (const [name, handler] of Object.entries(methods)) {
      definition[name] = unaryMethod(`/${service}/${name}`);
      implementation[name] = unaryHandler((call) => {
        admit(call.metadata);
        if (call.bytes.length > maxBytes) throw tooLarge(maxBytes);
        return handler(call);
      });
    }
    for (const [name, handler] of Object.entries(streams)) {
      definition[name] = streamMethod(`/${service}/${name}`);
      implementation[name] = streamHandler(handler, { maxAgeMs: STREAM_MAX_AGE_MS, admit });
    }
    this.server.addService(definition, implementation);
  }
}

function protoFiles(roles: Roles): string[] {
  const files = [
    ...(roles.has('predict') ? ['adlift/v1/predictor.proto', 'inference/inference.proto'] : []),
    ...(roles.has('events') ? ['adlift/v1/events.proto'] : []),
  ];
  return files.map((file) => join(protoRoot(), file));
}

/** `proto/` of the installation, from the sources as well as from the build. */
function protoRoot(): string {
  for (let folder = __dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const root = join(folder, 'proto');
    if (existsSync(join(root, 'adlift'))) return root;
  }
  throw new Error(`no proto folder above ${__dirname}`);
}
