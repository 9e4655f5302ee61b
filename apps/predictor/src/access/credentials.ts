import { timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { DomainError } from '@adlift/problem';
import { PREDICTOR_CONFIG, type Credential, type Grant, type PredictorEnvironment } from '../predictor-config';

/** Who calls, and what they may do beyond predicting and reporting events. */
export interface Caller {
  readonly name: string;
  may(grant: Grant): boolean;
}

/** Who brings no key. */
export const ANYONE: Caller = { name: 'anyone', may: () => false };

/** Tells callers by `authorization: Bearer KEY`; a call without a key is an ordinary one. */
@Injectable()
export class Credentials {
  private readonly known: readonly { key: Buffer; caller: Caller }[];

  constructor(@Inject(PREDICTOR_CONFIG) config: PredictorEnvironment) {
    this.known = config.ADLIFT_CREDENTIALS.map((credential) => ({
      key: Buffer.from(credential.key),
      caller: callerOf(credential),
    }));
  }

  /** Throws `unauthenticated` for a key that is not known. */
  identify(authorization: string | undefined): Caller {
    if (authorization === undefined || authorization === '') return ANYONE;
    const key = Buffer.from(authorization.replace(/^Bearer /i, ''));
    const found = this.known.find((one) => one.key.length === key.length && timingSafeEqual(one.key, key));
    if (found === undefined) throw new DomainError('unauthenticated', 'this key is not known here', 'authorization');
    return found.caller;
  }

  /** The caller, if it has the grant. Throws `unauthenticated` without a known key, `permission_denied` without the grant. */
  require(grant: Grant, authorization: string | undefined): Caller {
    if (authorization === undefined || authorization === '') {
      throw new DomainError(
        'unauthenticated',
        `needs a key with "${grant}" as authorization: Bearer KEY`,
        'authorization',
      );
    }
    const caller = this.identify(authorization);
    if (caller.may(grant)) return caller;
    throw new DomainError('permission_denied', `needs a credential with the grant "${grant}"`, 'authorization');
  }
}

function callerOf({ name, grants }: Credential): Caller {
  return { name, may: (grant) => grants.includes(grant) };
}
