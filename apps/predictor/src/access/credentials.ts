import { timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { DomainError } from '@adlift/problem';
import { PREDICTOR_CONFIG, type Credential, type Grant, type PredictorEnvironment } from '../predictor-config';

/** Who calls, and what they may do beyond predicting and reporting events. */
export interface Caller {
  readonly name: string;
  may(grant: Grant): boolean;
}

const ORDINARY: Caller = { name: 'ordinary', may: () => false };

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
    if (authorization === undefined || authorization === '') return ORDINARY;
    const key = Buffer.from(authorization.replace(/^Bearer /i, ''));
    const found = this.known.find((one) => one.key.length === key.length && timingSafeEqual(one.key, key));
    if (found === undefined) throw new DomainError('unauthenticated', 'this key is not known here', 'authorization');
    return found.caller;
  }
}

function callerOf({ name, grants }: Credential): Caller {
  return { name, may: (grant) => grants.includes(grant) };
}
