import { randomFillSync } from 'node:crypto';

const POOL_BYTES = 4096;
const pool = Buffer.allocUnsafeSlow(POOL_BYTES);
let used = POOL_BYTES;

/**
 * `bytes` random bytes, at most 4096; each is drawn from the system's generator once and used once. A view: the bytes
 * are others after some more draws. Many are drawn at a time: the call costs more than the bytes.
 */
export function drawnBytes(bytes: number): Buffer {
  if (used + bytes > POOL_BYTES) {
    randomFillSync(pool);
    used = 0;
  }
  const start = used;
  used += bytes;
  return pool.subarray(start, used);
}

/** `bytes` random bytes as hex digits, as {@link drawnBytes} has them. */
export function randomHex(bytes: number): string {
  return drawnBytes(bytes).toString('hex');
}
