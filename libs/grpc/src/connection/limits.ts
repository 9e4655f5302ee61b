/** What one connection may take of the server. */
export interface Limits {
  /** Streams at a time. */
  readonly streams: number;
  /** Bytes that a caller may send on a stream, and on a connection, before any is consumed. */
  readonly streamWindow: number;
  readonly connectionWindow: number;
  /** Bytes of answers that may wait for the peer's windows before further calls are refused. */
  readonly waitingBytes: number;
  /** Bytes of a frame's payload. */
  readonly frameBytes: number;
  /** Bytes of a request's headers (RFC 9113, 6.5.2). */
  readonly headerBytes: number;
  /** Milliseconds for the preface and the first settings, and for a header block that goes on in further frames. */
  readonly headerMs: number;
  /** Milliseconds without a stream after which the connection is ended. */
  readonly idleMs: number;
  /** Milliseconds in which a peer must read something of what waits for it. */
  readonly stalledMs: number;
}

/** A message of an ordinary call is one frame and never waits for a window. */
export const LIMITS: Limits = {
  streams: 2_000,
  streamWindow: 1 << 20,
  connectionWindow: 1 << 23,
  waitingBytes: 1 << 26,
  frameBytes: 1 << 16,
  headerBytes: 1 << 14,
  headerMs: 10_000,
  idleMs: 30 * 60_000,
  stalledMs: 60_000,
};
