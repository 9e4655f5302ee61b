/** Status codes of gRPC (https://grpc.github.io/grpc/core/md_doc_statuscodes.html), those that this library gives itself. */
export const Code = {
  ok: 0,
  cancelled: 1,
  unknown: 2,
  deadlineExceeded: 4,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
} as const;

/** How a call ends when it does not end well. */
export interface CallStatus {
  /** 1 to 16. */
  readonly code: number;
  /** Any text; the caller gets its first part when it is long. */
  readonly message: string;
  /** ASCII names in lower case with ASCII values; under names that end in `-bin` the bytes as base64. */
  readonly metadata?: readonly (readonly [name: string, value: string])[];
}

/** An error that a caller is told as it is. */
export class CallError extends Error implements CallStatus {
  constructor(
    readonly code: number,
    message: string,
    readonly metadata: CallStatus['metadata'] = [],
  ) {
    super(message);
    this.name = 'CallError';
  }
}
