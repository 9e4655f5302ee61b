import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { loadSync } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { Inject, Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import type { Grant } from '@adlift/access';
import { RpcServer, type CallContext, type RpcServerCounts, type UnaryHandler } from '@adlift/grpc';
import { Credentials } from '../access/credentials';
import { EventsGrpc } from '../events/events.grpc';
import { ModelHealth } from '../health/model-health';
import { PredictorGrpc } from '../predict/predictor.grpc';
import { PREDICTOR_CONFIG, type PredictorEnvironment } from '../predictor-config';
import type { Roles } from '../roles';
import { LibraryServices } from './library-services';
import { MAX_ORDINARY_BYTES } from './message-limit';
import { streamHandler, type StreamHandler } from './stream-method';
import { toStatus } from './to-status';

/** A message of a stream that is larger than an ordinary one is answered in-band, one larger than this ends the stream. */
const MAX_STREAMED_BYTES = 16 * 1024 * 1024;
const MAX_EVENTS_BYTES = 1024 * 1024;
const DRAIN_MS = 3000;
const STREAM_MAX_AGE_MS = 10 * 60_000;

interface ServiceOptions {
  /** Scope that a caller needs. */
  readonly scope: Grant;
  readonly streams?: Readonly<Record<string, StreamHandler>>;
  readonly maxBytes?: number;
}

/** What this process offers over gRPC; Nest's own server would put an object and an Observable in the way of every call. */
@Injectable()
export class GrpcServer implements BeforeApplicationShutdown {
  private readonly logger = new Logger('grpc');
  private readonly server = new RpcServer({ toStatus, onFault: (error) => this.logger.error(error) });

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
    const libraries = new LibraryServices(this.server);
    new ReflectionService(loadSync(protoFiles(roles), { includeDirs: [protoRoot()] })).addToServer(libraries);
    health.service.addToServer(libraries);
  }

  /** Rejects when the port is taken. */
  async listen(): Promise<void> {
    await this.server.listen(this.config.PREDICTOR_GRPC_PORT, this.config.ADLIFT_HOST);
    this.health.serve();
  }

  /** Lets running calls finish, then cuts the rest. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.server.drain(DRAIN_MS);
  }

  /** What it has counted since the start. */
  get counts(): RpcServerCounts {
    return this.server.counts;
  }

  /** Adds a service; a call without a key of its scope is refused, and a message over `maxBytes`. */
  addService(
    service: string,
    methods: Readonly<Record<string, UnaryHandler>>,
    { scope, streams = {}, maxBytes = MAX_ORDINARY_BYTES }: ServiceOptions,
  ): void {
    const admit = (call: CallContext): void => {
      this.credentials.require(scope, call.header('authorization'));
    };
    for (const [name, handle] of Object.entries(methods))
      this.server.unary(`/${service}/${name}`, handle, { maxBytes, admit });
    for (const [name, handle] of Object.entries(streams)) {
      const options = { maxBytes: MAX_STREAMED_BYTES, admit };
      this.server.duplex(`/${service}/${name}`, streamHandler(handle, STREAM_MAX_AGE_MS), options);
    }
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
