import type { ErrorCode } from './protocol';

/** Ends the connection with GOAWAY (RFC 9113, 5.4.1). */
export class ConnectionError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
  ) {
    super(message);
    this.name = 'ConnectionError';
  }
}

/** Ends one stream with RST_STREAM (RFC 9113, 5.4.2). */
export class StreamError extends Error {
  constructor(
    readonly stream: number,
    readonly code: ErrorCode,
    message: string,
  ) {
    super(message);
    this.name = 'StreamError';
  }
}
