import { v7 } from 'uuid';
import { drawnBytes } from './drawn-bytes';

/** The counter has 32 bits. */
const MAX_SEQ = 2 ** 32 - 1;
const PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Time and counter of the id that was made last (RFC 9562, 6.2, method 1). */
let last = { msecs: 0, seq: 0 };

/**
 * A new UUIDv7, above those made before it; `timeMs` (Unix milliseconds) and 16 `random` bytes are for data that is older
 * than now.
 */
export function makeUuidV7(timeMs?: number, random?: Uint8Array): string {
  if (timeMs === undefined) return next(Date.now());
  return v7(random === undefined ? { msecs: timeMs, random: drawnBytes(16) } : { msecs: timeMs, random, seq: 0 });
}

/** What the library does by itself, but that it draws from the system's generator for each id, which costs most of it. */
function next(now: number): string {
  const random = drawnBytes(16);
  if (now > last.msecs) last = { msecs: now, seq: random.readUInt32BE(6) >>> 1 };
  else if (last.seq < MAX_SEQ) last.seq++;
  else last = { msecs: last.msecs + 1, seq: 0 };
  return v7({ ...last, random });
}

/** Whether `text` is a UUIDv7 in lower-case canonical form. */
export function isUuidV7(text: string): boolean {
  return PATTERN.test(text);
}

/** Unix milliseconds inside a UUIDv7. */
export function uuidV7Time(uuid: string): number {
  return parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16);
}

/** The random half of a UUIDv7 as 16 hex digits: names a decision's root span to whoever knows the prediction id. */
export function uuidV7RandomHex(uuid: string): string {
  return uuid.replaceAll('-', '').slice(16);
}

/** UTC day inside a UUIDv7, as YYYY-MM-DD: the partition of everything that follows from a prediction. */
export function uuidV7Day(uuid: string): string {
  const day = Math.floor(uuidV7Time(uuid) / DAY_MS);
  // Nearly all uuids are of the same day as the one before.
  if (day !== lastDay.day) lastDay = { day, text: new Date(day * DAY_MS).toISOString().slice(0, 10) };
  return lastDay.text;
}

const DAY_MS = 86_400_000;
let lastDay = { day: 0, text: '1970-01-01' };

/** The 16 bytes of a canonical UUID. */
export function uuidToBytes(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}

/** Canonical text of 16 bytes. Throws RangeError on another length. */
export function uuidFromBytes(bytes: Uint8Array): string {
  if (bytes.length !== 16) throw new RangeError(`a UUID has 16 bytes, got ${bytes.length}`);
  const hex = Buffer.from(bytes).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
