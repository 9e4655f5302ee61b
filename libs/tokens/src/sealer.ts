import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, randomBytes, type KeyObject } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { decodeClaims, encodeClaims } from './claims-codec';
import type { KeyRing } from './key-ring';
import type { TokenClaims } from './token-claims';

const VERSION = 1;
const SALT_BYTES = 16;
const COUNTER_BYTES = 6;
const HEADER_BYTES = 2 + SALT_BYTES + COUNTER_BYTES;
const TAG_BYTES = 16;
const KNOWN_SALTS = 4096;

/** Why a token does not open. */
export class InvalidToken extends Error {
  constructor(readonly reason: 'token_malformed' | 'token_unknown_key' | 'token_tampered') {
    super(reason);
    this.name = 'InvalidToken';
  }
}

/**
 * Seals claims with AES-256-GCM and opens them again. Layout: version, key id, salt (16), counter (6), ciphertext,
 * tag (16), in base64url. Each process derives its own key from the master key and a random salt (HKDF-SHA256) and
 * counts its nonces, so no nonce repeats however many tokens a fleet seals.
 */
export class TokenSealer {
  private readonly salt = randomBytes(SALT_BYTES);
  /** A key object: from bytes the cipher would make one at every call, which costs twice the sealing. */
  private readonly sealingKey: KeyObject;
  private counter = 0;
  private readonly openingKeys = new LRUCache<string, KeyObject>({ max: KNOWN_SALTS });

  constructor(private readonly ring: KeyRing) {
    this.sealingKey = this.derive(ring.active, this.salt);
  }

  /** The token as base64url text, about 300 bytes. */
  seal(claims: TokenClaims): string {
    const header = Buffer.alloc(HEADER_BYTES);
    header[0] = VERSION;
    header[1] = this.ring.active;
    this.salt.copy(header, 2);
    header.writeUIntBE(++this.counter, 2 + SALT_BYTES, COUNTER_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.sealingKey, nonceOf(header));
    cipher.setAAD(header);
    const body = cipher.update(encodeClaims(claims));
    return Buffer.concat([header, body, cipher.final(), cipher.getAuthTag()]).toString('base64url');
  }

  /** The claims of a token. Throws {@link InvalidToken}. Expiry is the caller's to judge. */
  open(token: string): TokenClaims {
    const bytes = Buffer.from(token, 'base64url');
    // The decoder skips what is not base64url, so a token would have many spellings.
    if (bytes.toString('base64url') !== token) throw new InvalidToken('token_malformed');
    if (bytes.length <= HEADER_BYTES + TAG_BYTES || bytes[0] !== VERSION) throw new InvalidToken('token_malformed');
    const header = bytes.subarray(0, HEADER_BYTES);
    const keyId = header[1] ?? 0;
    if (!this.ring.keys.has(keyId)) throw new InvalidToken('token_unknown_key');
    const salt = header.subarray(2, 2 + SALT_BYTES);
    const cacheKey = header.toString('latin1', 1, 2 + SALT_BYTES);
    const known = this.openingKeys.get(cacheKey);
    const key = known ?? this.derive(keyId, salt);
    const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(header));
    decipher.setAAD(header);
    decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
    let plain: Buffer;
    try {
      plain = Buffer.concat([
        decipher.update(bytes.subarray(HEADER_BYTES, bytes.length - TAG_BYTES)),
        decipher.final(),
      ]);
    } catch {
      throw new InvalidToken('token_tampered');
    }
    // Only after the tag verified: forged salts must not push real ones out.
    if (known === undefined) this.openingKeys.set(cacheKey, key);
    return decodeClaims(plain);
  }

  private derive(keyId: number, salt: Buffer): KeyObject {
    const master = this.ring.keys.get(keyId);
    if (master === undefined) throw new InvalidToken('token_unknown_key');
    return createSecretKey(Buffer.from(hkdfSync('sha256', master, salt, 'adlift event token', 32)));
  }
}

function nonceOf(header: Buffer): Buffer {
  const nonce = Buffer.alloc(12);
  header.copy(nonce, 12 - COUNTER_BYTES, 2 + SALT_BYTES);
  return nonce;
}
