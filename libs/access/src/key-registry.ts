import { createHash } from 'node:crypto';
import { DomainError } from '@adlift/problem';
import type { Credential } from './credentials-variable';
import { OPEN, type Grant } from './grant';

/** Who calls, and what they may do. */
export interface Caller {
  readonly name: string;
  may(grant: Grant): boolean;
}

/** A caller without a key where keys are needed. */
export const ANYONE: Caller = { name: 'anyone', may: () => false };

/** Header texts remembered; a known key has few spellings, so this is never reached but by playing with them. */
const MAX_REMEMBERED = 1000;

/**
 * Tells callers by `authorization: Bearer KEY`. Keys are found by their SHA-256, so neither time nor memory says
 * anything of them; a header that was seen before costs one look into a map.
 */
export class KeyRegistry {
  private readonly byHash = new Map<string, Caller>();
  private readonly remembered = new Map<string, Caller>();
  private readonly anyone: Caller;

  /** Throws Error for a key that two callers share. With `open`, surfaces need no key. */
  constructor(credentials: readonly Credential[], open = false) {
    this.anyone = open ? { name: 'anyone', may: (grant) => OPEN.includes(grant) } : ANYONE;
    for (const { name, keys, grants } of credentials) {
      const allowed = new Set<Grant>(open ? [...grants, ...OPEN] : grants);
      const caller: Caller = { name, may: (grant) => allowed.has(grant) };
      for (const key of keys) {
        const hash = key.startsWith('sha256:') ? key.slice('sha256:'.length) : sha256(key);
        const other = this.byHash.get(hash);
        if (other !== undefined && other.name !== name) throw new Error(`${name} and ${other.name} have the same key`);
        this.byHash.set(hash, caller);
      }
    }
  }

  /** The caller of a header. Throws `unauthenticated` for a key that is not known. */
  identify(authorization: string | undefined): Caller {
    if (authorization === undefined || authorization === '') return this.anyone;
    const known = this.remembered.get(authorization);
    if (known !== undefined) return known;
    const caller = this.byHash.get(sha256(authorization.replace(/^Bearer /i, '')));
    if (caller === undefined) throw new DomainError('unauthenticated', 'this key is not known here', 'authorization');
    if (this.remembered.size < MAX_REMEMBERED) this.remembered.set(authorization, caller);
    return caller;
  }

  /** The caller, if it has the grant. Throws `unauthenticated` without a known key, `permission_denied` without the grant. */
  require(grant: Grant, authorization: string | undefined): Caller {
    const caller = this.identify(authorization);
    if (caller.may(grant)) return caller;
    if (caller === this.anyone) {
      throw new DomainError(
        'unauthenticated',
        `send a key with the grant "${grant}" as authorization: Bearer KEY`,
        'authorization',
      );
    }
    throw new DomainError('permission_denied', `needs a key with the grant "${grant}"`, 'authorization');
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
