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

/** A key that was made while the system runs. */
export interface StoredKey {
  readonly name: string;
  /** SHA-256 of the key, hex. */
  readonly hash: string;
  readonly grants: readonly Grant[];
  /** Unix milliseconds; undefined for a key that does not end by itself. */
  readonly expiresAtMs: number | undefined;
}

interface Known {
  readonly caller: Caller;
  readonly untilMs: number;
}

/** Header texts remembered; a known key has few spellings, so this is never reached but by playing with them. */
const MAX_REMEMBERED = 1000;

/**
 * Tells callers by `authorization: Bearer KEY`. Keys are found by their SHA-256, so neither time nor memory says
 * anything of them; a header that was seen before costs one look into a map.
 */
export class KeyRegistry {
  private readonly configured = new Map<string, Known>();
  private readonly names: ReadonlySet<string>;
  private stored: ReadonlyMap<string, Known> = new Map();
  private readonly remembered = new Map<string, Known>();
  private readonly anyone: Caller;

  /** Throws Error for a key that two callers share. With `open`, surfaces need no key. */
  constructor(
    credentials: readonly Credential[],
    private readonly open = false,
  ) {
    this.anyone = open ? { name: ANYONE.name, may: (grant) => OPEN.includes(grant) } : ANYONE;
    this.names = new Set(credentials.map(({ name }) => name));
    for (const { name, keys, grants } of credentials) {
      const caller = this.callerOf(name, grants);
      for (const key of keys) {
        const hash = key.startsWith('sha256:') ? key.slice('sha256:'.length) : sha256(key);
        const other = this.configured.get(hash)?.caller;
        if (other !== undefined && other.name !== name) throw new Error(`${name} and ${other.name} have the same key`);
        this.configured.set(hash, { caller, untilMs: Infinity });
      }
    }
  }

  /** Puts these in the place of all stored keys before. A configured key stays what it is. */
  replaceStored(keys: readonly StoredKey[]): void {
    this.stored = new Map(
      keys.map(({ hash, name, grants, expiresAtMs = Infinity }) => [
        hash,
        { caller: this.callerOf(name, grants), untilMs: expiresAtMs },
      ]),
    );
    this.remembered.clear();
  }

  /** Whether the configuration has a caller of this name. */
  isConfigured(name: string): boolean {
    return this.names.has(name);
  }

  /** The caller of a header. Throws `unauthenticated` for a key that is not known, or not any more. */
  identify(authorization: string | undefined): Caller {
    if (authorization === undefined || authorization === '') return this.anyone;
    const remembered = this.remembered.get(authorization);
    const known = remembered ?? this.find(sha256(authorization.replace(/^Bearer /i, '')));
    if (known === undefined) throw new DomainError('unauthenticated', 'this key is not known here', 'authorization');
    if (known.untilMs !== Infinity && known.untilMs <= Date.now())
      throw new DomainError('unauthenticated', 'this key has expired', 'authorization');
    if (remembered === undefined && this.remembered.size < MAX_REMEMBERED) this.remembered.set(authorization, known);
    return known.caller;
  }

  /**
   * The caller, if it has the grant, or one of them. Throws `unauthenticated` without a known key,
   * `permission_denied` without the grant.
   */
  require(grant: Grant | readonly Grant[], authorization: string | undefined): Caller {
    const caller = this.identify(authorization);
    if (typeof grant === 'string' ? caller.may(grant) : grant.some((one) => caller.may(one))) return caller;
    const needed =
      typeof grant === 'string' ? `the grant "${grant}"` : `one of the roles ${grant.map((g) => `"${g}"`).join(', ')}`;
    if (caller === this.anyone) {
      throw new DomainError(
        'unauthenticated',
        `send a key with ${needed} as authorization: Bearer KEY`,
        'authorization',
      );
    }
    throw new DomainError('permission_denied', `needs a key with ${needed}`, 'authorization');
  }

  private find(hash: string): Known | undefined {
    return this.configured.get(hash) ?? this.stored.get(hash);
  }

  private callerOf(name: string, grants: readonly Grant[]): Caller {
    const allowed = new Set<Grant>(this.open ? [...grants, ...OPEN] : grants);
    return { name, may: (grant) => allowed.has(grant) };
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
