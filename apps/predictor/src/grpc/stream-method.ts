import type { Metadata, MethodDefinition, ServerDuplexStream, UntypedHandleCall } from '@grpc/grpc-js';
import { toStatus, unaryMethod } from './unary-method';

/** Answers one message of a stream, whatever is in it; it never rejects. */
export type StreamHandler = (bytes: Buffer) => Promise<Uint8Array>;

export interface StreamOptions {
  readonly maxAgeMs: number;
  /** Throws DomainError for a caller that may not open the stream. */
  readonly admit: (metadata: Metadata) => void;
}

/** Calls of one stream that may be under way; more wait in the caller's flow-control window. */
const MAX_IN_FLIGHT = 512;

/** Definition of a method with a stream each way that passes bytes through. */
export function streamMethod(path: string): MethodDefinition<Buffer, Uint8Array> {
  return { ...unaryMethod(path), requestStream: true, responseStream: true };
}

/**
 * A handler whose answers go out as they are ready, in any order. After `maxAgeMs` the stream takes no more messages
 * and ends when all are answered, so that long-lived callers spread over replicas that were added meanwhile.
 */
export function streamHandler(handle: StreamHandler, { maxAgeMs, admit }: StreamOptions): UntypedHandleCall {
  return (call: ServerDuplexStream<Buffer, Uint8Array>): void => {
    try {
      admit(call.metadata);
    } catch (error) {
      call.emit('error', toStatus(error));
      return;
    }
    let inFlight = 0;
    let ended = false;
    let blocked = false;
    const age = setTimeout(() => finish(), maxAgeMs);
    const finish = (): void => {
      ended = true;
      clearTimeout(age);
      if (inFlight === 0) call.end();
    };
    const flow = (): void => {
      if (blocked || inFlight >= MAX_IN_FLIGHT) call.pause();
      else call.resume();
    };
    call.on('data', (bytes: Buffer) => {
      // What was on its way when the stream ended is not answered: the caller sees the end and sends it again.
      if (ended) return;
      inFlight++;
      if (inFlight >= MAX_IN_FLIGHT) flow();
      void handle(bytes).then((answer) => {
        inFlight--;
        if (call.cancelled) return;
        if (!call.write(answer) && !blocked) {
          blocked = true;
          flow();
        } else if (inFlight === MAX_IN_FLIGHT - 1) flow();
        if (ended && inFlight === 0) call.end();
      });
    });
    call.on('drain', () => {
      blocked = false;
      flow();
    });
    call.on('end', finish);
    call.on('cancelled', () => clearTimeout(age));
    call.on('error', () => clearTimeout(age));
  };
}
