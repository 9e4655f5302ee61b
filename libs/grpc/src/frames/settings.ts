import { ConnectionError } from './http2-error';
import { writeFrameHeader } from './frame-header';
import {
  ErrorCode,
  FIRST_WINDOW,
  Flag,
  FrameType,
  HEADER_BYTES,
  LARGEST_MAX_FRAME,
  LARGEST_WINDOW,
  LEAST_MAX_FRAME,
} from './protocol';

/** Identifiers of settings (RFC 9113, 6.5.2). */
export const Setting = {
  enablePush: 2,
  maxConcurrentStreams: 3,
  initialWindowSize: 4,
  maxFrameSize: 5,
  maxHeaderListSize: 6,
} as const;

const ENTRY_BYTES = 6;

/** What a peer has said of itself that matters to whoever sends to it. */
export interface PeerSettings {
  /** Bytes of window that a new stream has. */
  readonly initialWindow: number;
  /** Bytes of a frame's payload that it takes. */
  readonly maxFrame: number;
}

/** Before a peer says anything. */
export const FIRST_SETTINGS: PeerSettings = { initialWindow: FIRST_WINDOW, maxFrame: LEAST_MAX_FRAME };

/** Acknowledges the peer's settings. */
export const SETTINGS_ACK = settingsFrame([], Flag.ack);

/** A SETTINGS frame. */
export function settingsFrame(entries: readonly (readonly [setting: number, value: number])[], flags = 0): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES + ENTRY_BYTES * entries.length);
  let at = writeFrameHeader(bytes, 0, ENTRY_BYTES * entries.length, FrameType.settings, flags, 0);
  for (const [setting, value] of entries) {
    bytes.writeUInt16BE(setting, at);
    bytes.writeUInt32BE(value, at + 2);
    at += ENTRY_BYTES;
  }
  return bytes;
}

/** The settings after a client's SETTINGS frame. Throws {@link ConnectionError} for values that RFC 9113, 6.5 forbids. */
export function changedSettings(before: PeerSettings, payload: Buffer): PeerSettings {
  if (payload.length % ENTRY_BYTES !== 0)
    throw new ConnectionError(ErrorCode.frameSizeError, `SETTINGS of ${payload.length} bytes`);
  let { initialWindow, maxFrame } = before;
  for (let at = 0; at < payload.length; at += ENTRY_BYTES) {
    const setting = payload.readUInt16BE(at);
    const value = payload.readUInt32BE(at + 2);
    if (setting === Setting.enablePush && value > 1)
      throw new ConnectionError(ErrorCode.protocolError, `ENABLE_PUSH is ${value}`);
    if (setting === Setting.initialWindowSize) {
      if (value > LARGEST_WINDOW)
        throw new ConnectionError(ErrorCode.flowControlError, `INITIAL_WINDOW_SIZE is ${value}`);
      initialWindow = value;
    }
    if (setting === Setting.maxFrameSize) {
      if (value < LEAST_MAX_FRAME || value > LARGEST_MAX_FRAME)
        throw new ConnectionError(ErrorCode.protocolError, `MAX_FRAME_SIZE is ${value}`);
      maxFrame = value;
    }
  }
  return { initialWindow, maxFrame };
}
