import { Inject, Injectable } from '@nestjs/common';
import { DomainError } from '@adlift/problem';
import { InvalidToken, refusalOfSignature, TokenSealer, type EdgePurpose, type TokenClaims } from '@adlift/tokens';
import { PREDICTOR_CONFIG, type PredictorEnvironment } from '../predictor-config';
import type { EdgeFields } from './edge-fields';

/** Which field holds the signature of what. */
const SIGNATURES = { to: 'to_sig', charge: 'sig' } as const satisfies Record<EdgePurpose, string>;

/** A token or signature that does not verify: the one thing for which a visitor is turned away. */
export class NotTrusted extends DomainError {
  constructor(
    readonly reason: string,
    field: string,
  ) {
    super('invalid_argument', `${field}: ${reason}`, field, undefined, { reason });
  }
}

/** Verifies what a browser brings. */
@Injectable()
export class EdgeTrust {
  constructor(
    private readonly sealer: TokenSealer,
    @Inject(PREDICTOR_CONFIG) private readonly config: PredictorEnvironment,
  ) {}

  /** What the token says, expired or not. Throws {@link NotTrusted}. */
  open(token: string): TokenClaims {
    try {
      return this.sealer.open(token);
    } catch (error) {
      if (error instanceof InvalidToken) throw new NotTrusted(error.reason, 'token');
      throw error;
    }
  }

  /** A field that counts only with a signature beside it; undefined when it is not there. Throws {@link NotTrusted}. */
  signed(purpose: EdgePurpose, token: string, fields: EdgeFields): string | undefined {
    const text = fields.get(purpose);
    if (text === undefined) return undefined;
    const field = SIGNATURES[purpose];
    const refusal = refusalOfSignature(this.config.ADLIFT_EDGE_KEYS, purpose, token, text, fields.get(field) ?? '');
    if (refusal !== undefined) throw new NotTrusted(refusal, field);
    return text;
  }
}
