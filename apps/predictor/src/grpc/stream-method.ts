import type { DuplexHandler } from '@adlift/grpc';

/** Answers one message of a stream, whatever is in it; it never rejects. */
export type StreamHandler = (bytes: Buffer) => Promise<Uint8Array>;

/** Calls of one stream that may be under way; more wait in the caller's flow-control window. */
const MAX_IN_FLIGHT = 512;

/**
 * A handler whose answers go out as they are ready, in any order. After `maxAgeMs` milliseconds, and when the server
 * shuts down, the stream takes no more messages and ends when all are answered, so that long-lived callers spread over
 * replicas that were added meanwhile.
 */
export function streamHandler(handle: StreamHandler, maxAgeMs: number): DuplexHandler {
  return (call) => {
    let inFlight = 0;
    let ended = false;
    let blocked = false;
    const age = setTimeout(() => finish(), maxAgeMs);
    const finish = (): void => {
      ended = true;
      clearTimeout(age);
      if (inFlight === 0) call.end();
      // Also what the caller sends from now on is taken, and not answered.
      else call.resume();
    };
    const flow = (): void => {
      if (!ended && (blocked || inFlight >= MAX_IN_FLIGHT)) call.pause();
      else call.resume();
    };
    const answered = (answer: Uint8Array): void => {
      inFlight--;
      blocked = !call.write(answer);
      if (blocked || inFlight === MAX_IN_FLIGHT - 1) flow();
      if (ended && inFlight === 0) call.end();
    };
    return {
      message(bytes) {
        // What was on its way when the stream ended is not answered: the caller sees the end and sends it again.
        if (ended) return;
        inFlight++;
        if (inFlight >= MAX_IN_FLIGHT) flow();
        void handle(bytes).then(answered);
      },
      ended: finish,
      drained() {
        blocked = false;
        flow();
      },
      cancelled: () => clearTimeout(age),
      draining: finish,
    };
  };
}
