/** Frame types of HTTP/2, RFC 9113 section 6. */
export const FrameType = {
  data: 0,
  headers: 1,
  resetStream: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
} as const;

export const END_STREAM = 1;
export const ACK = 1;
export const END_HEADERS = 4;

const HEADER_BYTES = 9;
const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
const HEADER_TABLE_SIZE = 1;
const INITIAL_WINDOW_SIZE = 4;
export const LARGEST_WINDOW = 2 ** 31 - 1;
/** Window of a connection and of a stream before anybody changes it. */
export const FIRST_WINDOW = 65_535;

/** The header of a frame with so many bytes of payload. */
export function frameHeader(type: number, flags: number, stream: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER_BYTES);
  bytes.writeUIntBE(length, 0, 3);
  bytes[3] = type;
  bytes[4] = flags;
  bytes.writeUInt32BE(stream, 5);
  return bytes;
}

/** A frame that is small enough to be copied together. */
export function frame(type: number, flags: number, stream: number, payload: Uint8Array = Buffer.alloc(0)): Buffer {
  return Buffer.concat([frameHeader(type, flags, stream, payload.length), payload]);
}

/** What a client begins with: no table for headers, so that they can be read without state, and windows without end. */
export function opening(): Buffer {
  const settings = Buffer.alloc(12);
  settings.writeUInt16BE(HEADER_TABLE_SIZE, 0);
  settings.writeUInt16BE(INITIAL_WINDOW_SIZE, 6);
  settings.writeUInt32BE(LARGEST_WINDOW, 8);
  return Buffer.concat([
    Buffer.from(PREFACE),
    frame(FrameType.settings, 0, 0, settings),
    windowUpdate(LARGEST_WINDOW - FIRST_WINDOW),
  ]);
}

/** Lets the server send so many bytes more on the connection. */
export function windowUpdate(bytes: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(bytes);
  return frame(FrameType.windowUpdate, 0, 0, payload);
}

/** The window that a SETTINGS payload gives to each stream; undefined when it does not say. */
export function streamWindow(settings: Buffer): number | undefined {
  for (let at = 0; at + 6 <= settings.length; at += 6) {
    if (settings.readUInt16BE(at) === INITIAL_WINDOW_SIZE) return settings.readUInt32BE(at + 2);
  }
  return undefined;
}

/** Calls `take` for each whole frame and returns what is left of the bytes. */
export function eachFrame(
  bytes: Buffer,
  take: (type: number, flags: number, stream: number, payload: Buffer) => void,
): Buffer {
  let at = 0;
  while (bytes.length - at >= HEADER_BYTES) {
    const end = at + HEADER_BYTES + bytes.readUIntBE(at, 3);
    if (end > bytes.length) break;
    const stream = bytes.readUInt32BE(at + 5) & LARGEST_WINDOW;
    take(bytes[at + 3] ?? 0, bytes[at + 4] ?? 0, stream, bytes.subarray(at + HEADER_BYTES, end));
    at = end;
  }
  return bytes.subarray(at);
}
