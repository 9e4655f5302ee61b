import {
  type Metadata,
  type MethodDefinition,
  type StatusObject,
  type UntypedHandleCall,
  type handleUnaryCall,
} from '@grpc/grpc-js';
import { Metadata as GrpcMetadata } from '@grpc/grpc-js';
import { Logger } from '@nestjs/common';
import { PROBLEMS, toDomainError } from '@adlift/problem';

/** A unary call before decoding: handlers decode themselves, so that what is malformed gets an answer. */
export interface UnaryCall {
  readonly bytes: Buffer;
  readonly metadata: Metadata;
  /** As of performance.now(); Infinity when the caller set none. */
  readonly deadline: number;
}

export type UnaryHandler = (call: UnaryCall) => Promise<Uint8Array>;

const logger = new Logger('grpc');
const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Definition of a unary method that passes bytes through. */
export function unaryMethod(path: string): MethodDefinition<Buffer, Uint8Array> {
  return {
    path,
    requestStream: false,
    responseStream: false,
    requestSerialize: asBuffer,
    requestDeserialize: (bytes) => bytes,
    responseSerialize: asBuffer,
    responseDeserialize: (bytes) => bytes,
  };
}

/** A gRPC handler that maps errors to status codes, with the offending field in the metadata `adlift-field`. */
export function unaryHandler(handle: UnaryHandler): UntypedHandleCall {
  // Also what a handler throws before its first await must come out as a status.
  const answer = async (call: UnaryCall): Promise<Uint8Array> => handle(call);
  const handler: handleUnaryCall<Buffer, Uint8Array> = (call, callback) => {
    const deadline = Number(call.getDeadline()) - Date.now() + performance.now();
    answer({ bytes: call.request, metadata: call.metadata, deadline }).then(
      (bytes) => callback(null, bytes),
      (error: unknown) => callback(toStatus(error)),
    );
  };
  return handler;
}

/** Characters of a status: trailers that a client refuses as too large end its whole connection. */
const MAX_DETAILS = 1000;
const MAX_FIELD = 200;

/** An error as the status that ends a call; what is our fault is logged. */
export function toStatus(error: unknown): StatusObject {
  const problem = toDomainError(error);
  if (problem.code === 'internal') logger.error(error);
  const metadata = new GrpcMetadata();
  metadata.set('adlift-code', problem.code);
  if (problem.field !== undefined)
    metadata.set('adlift-field', encodeURIComponent(problem.field.slice(0, MAX_FIELD).toWellFormed()));
  return { code: PROBLEMS[problem.code].grpc, details: problem.message.slice(0, MAX_DETAILS), metadata };
}
