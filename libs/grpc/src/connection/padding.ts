import { ConnectionError } from '../frames/http2-error';
import { ErrorCode, Flag } from '../frames/protocol';

const PRIORITY_BYTES = 5;

/**
 * The payload of a DATA or HEADERS frame without padding (RFC 9113, 6.1) and, for HEADERS, without the priority that
 * nobody uses any more. Throws {@link ConnectionError} when they do not fit in.
 */
export function content(payload: Buffer, flags: number, mayHavePriority: boolean): Buffer {
  const padded = (flags & Flag.padded) !== 0;
  const prioritised = mayHavePriority && (flags & Flag.priority) !== 0;
  if (!padded && !prioritised) return payload;
  const start = (padded ? 1 : 0) + (prioritised ? PRIORITY_BYTES : 0);
  const end = payload.length - (padded ? (payload[0] ?? 0) : 0);
  if (payload.length < start) throw new ConnectionError(ErrorCode.frameSizeError, 'a frame shorter than its fields');
  if (end < start) throw new ConnectionError(ErrorCode.protocolError, 'padding longer than its frame');
  return payload.subarray(start, end);
}
