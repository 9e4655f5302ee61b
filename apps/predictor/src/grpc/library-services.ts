import { EventEmitter } from 'node:events';
import {
  status,
  type MethodDefinition,
  type StatusObject,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { CallError, type DuplexCall, type DuplexHandler, type RpcServer, type UnaryHandler } from '@adlift/grpc';
import { MAX_ORDINARY_BYTES } from './message-limit';

const LIMITS = { maxBytes: MAX_ORDINARY_BYTES };

type AnyMethod = MethodDefinition<unknown, unknown>;
type UnaryImplementation = (
  call: { readonly request: unknown },
  callback: (error: Partial<StatusObject> | null, answer?: unknown) => void,
) => void;
type StreamImplementation = (call: LibraryCall) => void;

/**
 * Stands in for the server of grpc-js where a library brings a service of its own: as much of it as health checking and
 * reflection use.
 */
export class LibraryServices {
  constructor(private readonly server: RpcServer) {}

  addService(definition: ServiceDefinition, implementation: UntypedServiceImplementation): void {
    for (const [name, method] of Object.entries(definition) as [string, AnyMethod][]) {
      const handler: unknown = implementation[name] ?? implementation[method.originalName ?? ''];
      if (handler === undefined) continue;
      if (!method.requestStream && !method.responseStream)
        this.server.unary(method.path, unary(method, handler as UnaryImplementation), LIMITS);
      else this.server.duplex(method.path, stream(method, handler as StreamImplementation), LIMITS);
    }
  }
}

function unary(method: AnyMethod, handle: UnaryImplementation): UnaryHandler {
  return ({ bytes }) =>
    new Promise((resolve, reject) => {
      const answered = (error: Partial<StatusObject> | null, answer: unknown): void => {
        if (error === null) resolve(method.responseSerialize(answer));
        else reject(asError(error));
      };
      handle({ request: decoded(method, bytes) }, answered);
    });
}

/** A caller that sends one message gets its answers once that has come. */
function stream(method: AnyMethod, handle: StreamImplementation): DuplexHandler {
  return (call) => {
    const facade = new LibraryCall(call, method);
    if (method.requestStream) handle(facade);
    return {
      message(bytes) {
        const request = decoded(method, bytes);
        if (method.requestStream) facade.emit('data', request);
        else if (facade.request === undefined) {
          facade.request = request;
          handle(facade);
        }
      },
      ended: () => void facade.emit('end'),
      drained: () => void facade.emit('drain'),
      cancelled: () => void facade.emit('cancelled'),
      draining: () => undefined,
    };
  };
}

/** A stream as implementations for grpc-js know it. */
class LibraryCall extends EventEmitter {
  /** The one message of a caller that sends one. */
  request: unknown;

  constructor(
    private readonly call: DuplexCall,
    private readonly method: AnyMethod,
  ) {
    super();
    this.on('error', (error: Partial<StatusObject>) => call.end(asError(error)));
  }

  write(answer: unknown): boolean {
    return this.call.write(this.method.responseSerialize(answer));
  }

  end(): void {
    this.call.end();
  }
}

function decoded(method: AnyMethod, bytes: Buffer): unknown {
  try {
    return method.requestDeserialize(bytes);
  } catch (error) {
    throw new CallError(status.INVALID_ARGUMENT, `not a message of ${method.path}: ${(error as Error).message}`);
  }
}

function asError({ code = status.UNKNOWN, details = 'an error' }: Partial<StatusObject>): CallError {
  return new CallError(code, details);
}
