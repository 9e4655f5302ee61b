import { hash } from 'node:crypto';
import type { LedgerEvent, LedgerEventKind } from '@adlift/ledger';

/** 32-bit words of an identity. */
export const IDENTITY_WORDS = 8;

const KINDS: Readonly<Record<LedgerEventKind, number>> = {
  impression: 1,
  click: 2,
  conversion: 3,
  hide: 4,
  invalidate: 5,
};

const words = new Int32Array(IDENTITY_WORDS);

/**
 * What makes two reports the same event, in eight words: prediction id (4), index, kind, and for a conversion 64 bits
 * of the SHA-256 of its kind and id, whose texts the caller chooses. The array is overwritten by the next call.
 */
export function identityOf({ kind, claims, conversionKind, conversionId }: LedgerEvent): Int32Array {
  const id = claims.predictionId;
  words[0] = hex(id, 0, 8);
  words[1] = (hex(id, 9, 4) << 16) | hex(id, 14, 4);
  words[2] = (hex(id, 19, 4) << 16) | hex(id, 24, 4);
  words[3] = hex(id, 28, 8);
  words[4] = claims.index;
  words[5] = KINDS[kind];
  words[6] = words[7] = 0;
  if (kind === 'conversion') {
    // The length first: texts may hold whatever would set them apart.
    const digest = hash('sha256', `${conversionKind.length} ${conversionKind}${conversionId}`, 'buffer');
    words[6] = digest.readInt32LE(0);
    words[7] = digest.readInt32LE(4);
  }
  return words;
}

/** The number that lower-case hexadecimal digits say. */
function hex(text: string, at: number, digits: number): number {
  let value = 0;
  for (let i = at; i < at + digits; i++) {
    const code = text.charCodeAt(i);
    value = (value << 4) | ((code & 15) + (code >> 6) * 9);
  }
  return value;
}
