import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, randomBytes, type KeyObject } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { decodeClaims, encodeClaims, encodeShare, encodeTicket, type EncodedShare } from './claims-codec';
import type { KeyRing } from './key-ring';
import type { CandidateClaims, SharedClaims, TokenClaims } from './token-claims';

const VERSION = 1;
const SALT_BYTES = 16;
const COUNTER_BYTES = 6;
const COUNTER_AT = 2 + SALT_BYTES;
const HEADER_BYTES = COUNTER_AT + COUNTER_BYTES;
const TAG_BYTES = 16;
const NONCE_BYTES = 12;
const FIRST_BYTES = 1024;
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
  /** The next token as bytes; the same header stands before all of them, but for the counter. */
  private bytes: Buffer;
  private readonly nonce = Buffer.alloc(NONCE_BYTES);
  /** A key object: from bytes the cipher would make one at every call, which costs twice the sealing. */
  private sealingKey: KeyObject;
  private counter = 0;
  private readonly openingKeys = new LRUCache<string, KeyObject>({ max: KNOWN_SALTS });

  constructor(private ring: KeyRing) {
    this.bytes = Buffer.alloc(FIRST_BYTES);
    this.bytes[0] = VERSION;
    this.sealingKey = this.begin();
  }

  /** Other master keys from now on: the first seals, and what was sealed opens while its key is among them. */
  use(ring: KeyRing): void {
    this.ring = ring;
    this.openingKeys.clear();
    this.sealingKey = this.begin();
  }

  /** Encodes once what the tokens of a prediction share. */
  share(claims: SharedClaims): EncodedShare {
    return encodeShare(claims);
  }

  /** A candidate's token as base64url text, about 300 bytes. */
  seal(share: EncodedShare, claims: CandidateClaims): string {
    return this.sealed(encodeClaims(share, claims));
  }

  /** A ticket: what a caller needs to get tokens for other candidates later. */
  ticket(share: EncodedShare): string {
    return this.sealed(encodeTicket(share));
  }

  private sealed(claims: Uint8Array): string {
    const length = HEADER_BYTES + claims.length + TAG_BYTES;
    if (length > this.bytes.length) this.bytes = Buffer.concat([this.bytes, Buffer.alloc(length)]);
    const { bytes, nonce } = this;
    bytes.writeUIntBE(++this.counter, COUNTER_AT, COUNTER_BYTES);
    bytes.copy(nonce, NONCE_BYTES - COUNTER_BYTES, COUNTER_AT, HEADER_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.sealingKey, nonce);
    cipher.setAAD(bytes.subarray(0, HEADER_BYTES));
    bytes.set(cipher.update(claims), HEADER_BYTES);
    cipher.final();
    bytes.set(cipher.getAuthTag(), length - TAG_BYTES);
    return bytes.toString('base64url', 0, length);
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

  /** A new salt, so that no nonce of the new sealing key was used before. */
  private begin(): KeyObject {
    const salt = randomBytes(SALT_BYTES);
    this.bytes[1] = this.ring.active;
    salt.copy(this.bytes, 2);
    this.counter = 0;
    return this.derive(this.ring.active, salt);
  }

  private derive(keyId: number, salt: Buffer): KeyObject {
    const master = this.ring.keys.get(keyId);
    if (master === undefined) throw new InvalidToken('token_unknown_key');
    return createSecretKey(Buffer.from(hkdfSync('sha256', master, salt, 'adlift event token', 32)));
  }
}

function nonceOf(header: Buffer): Buffer {
  const nonce = Buffer.alloc(NONCE_BYTES);
  header.copy(nonce, NONCE_BYTES - COUNTER_BYTES, COUNTER_AT);
  return nonce;
}
