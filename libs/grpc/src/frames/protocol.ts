/** What a client's connection begins with (RFC 9113, 3.4). */
export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

/** Frame types (RFC 9113, 6). */
export const FrameType = {
  data: 0,
  headers: 1,
  priority: 2,
  resetStream: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

/** Flags of frames; END_STREAM and ACK are one bit on different frames (RFC 9113, 6). */
export const Flag = { endStream: 1, ack: 1, endHeaders: 4, padded: 8, priority: 0x20 } as const;

/** Why a stream or a connection ends (RFC 9113, 7). */
export const ErrorCode = {
  noError: 0,
  protocolError: 1,
  internalError: 2,
  flowControlError: 3,
  streamClosed: 5,
  frameSizeError: 6,
  refusedStream: 7,
  cancel: 8,
  compressionError: 9,
  enhanceYourCalm: 11,
} as const;

export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];

/** Bytes of a frame's header. */
export const HEADER_BYTES = 9;
/** Bytes of a frame's payload that every peer takes. */
export const LEAST_MAX_FRAME = 16_384;
/** The most that any peer may say that it takes. */
export const LARGEST_MAX_FRAME = 2 ** 24 - 1;
/** Bytes of a window before anybody changes it. */
export const FIRST_WINDOW = 65_535;
/** No window grows larger (RFC 9113, 6.9.1); also the highest id of a stream. */
export const LARGEST_WINDOW = 2 ** 31 - 1;
