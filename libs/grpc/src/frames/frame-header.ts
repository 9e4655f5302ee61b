import { FrameType, HEADER_BYTES } from './protocol';

/** Writes the header of a frame with `length` bytes of payload at `at`; returns where the payload goes. */
export function writeFrameHeader(
  into: Buffer,
  at: number,
  length: number,
  type: number,
  flags: number,
  stream: number,
): number {
  into[at] = length >>> 16;
  into[at + 1] = length >>> 8;
  into[at + 2] = length;
  into[at + 3] = type;
  into[at + 4] = flags;
  into[at + 5] = stream >>> 24;
  into[at + 6] = stream >>> 16;
  into[at + 7] = stream >>> 8;
  into[at + 8] = stream;
  return at + HEADER_BYTES;
}

/** Bytes of payload that the frame's header at `at` announces. */
export function payloadLength(bytes: Buffer, at: number): number {
  return ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
}

/** A frame whose payload is one 32-bit number, as RST_STREAM and WINDOW_UPDATE have it. */
export function numberFrame(type: number, stream: number, value: number): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + 4);
  bytes.writeUInt32BE(value, writeFrameHeader(bytes, 0, 4, type, 0, stream));
  return bytes;
}

/** GOAWAY: streams above `lastStream` were not served (RFC 9113, 6.8). `why` is for people who look at the wire. */
export function goAwayFrame(lastStream: number, code: number, why: string): Buffer {
  const text = Buffer.from(why);
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + 8 + text.length);
  const at = writeFrameHeader(bytes, 0, 8 + text.length, FrameType.goAway, 0, 0);
  bytes.writeUInt32BE(lastStream, at);
  bytes.writeUInt32BE(code, at + 4);
  bytes.set(text, at + 8);
  return bytes;
}
