import type { HeaderField } from './decoded-headers';

/** What our first block starts with: our table is empty whatever the peer's limit becomes (RFC 7541, 4.2). */
export const TABLE_SIZE_ZERO: Buffer = Buffer.from([0x20]);

/** A header block that uses no table but the static one, so it may be kept and sent on any connection at any time. */
export function encodeHeaders(fields: readonly HeaderField[]): Buffer {
  return Buffer.concat(fields.flat().map((text) => Buffer.from(text, 'latin1')));
}
