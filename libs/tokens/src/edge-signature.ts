import { createHmac, timingSafeEqual } from 'node:crypto';
import type { KeyRing } from './key-ring';

/** What an ad server may vouch for in a URL that a browser carries: where a click leads, and what is charged. */
export type EdgePurpose = 'to' | 'charge';

/** Why a signature does not verify. */
export type SignatureRefusal = 'signature_malformed' | 'signature_unknown_key' | 'signature_invalid';

const MAC_BYTES = 32;

/**
 * Signs `text` for one token: HMAC-SHA-256 with the ring's first key over purpose, token and text, as
 * "keyid.base64url". It holds for no other token and no other purpose.
 */
export function signForEdge(ring: KeyRing, purpose: EdgePurpose, token: string, text: string): string {
  const key = ring.keys.get(ring.active);
  if (key === undefined) throw new RangeError(`the key ring lacks its active key ${ring.active}`);
  return `${ring.active}.${mac(key, purpose, token, text).toString('base64url')}`;
}

/** Why the signature does not hold, or undefined when it does. Any key of the ring may have made it. */
export function refusalOfSignature(
  ring: KeyRing,
  purpose: EdgePurpose,
  token: string,
  text: string,
  signature: string,
): SignatureRefusal | undefined {
  const [, id, encoded = ''] = /^([1-9][0-9]{0,2})\.([A-Za-z0-9_-]{43})$/.exec(signature) ?? [];
  const given = Buffer.from(encoded, 'base64url');
  // The decoder drops the spare bits of the last character, so a signature would have several spellings.
  if (given.length !== MAC_BYTES || given.toString('base64url') !== encoded) return 'signature_malformed';
  const key = ring.keys.get(Number(id));
  if (key === undefined) return 'signature_unknown_key';
  return timingSafeEqual(given, mac(key, purpose, token, text)) ? undefined : 'signature_invalid';
}

function mac(key: Buffer, purpose: EdgePurpose, token: string, text: string): Buffer {
  // No token holds a line feed, so the parts cannot be shifted against each other.
  return createHmac('sha256', key).update(`adlift edge ${purpose}\n${token}\n${text}`).digest();
}
