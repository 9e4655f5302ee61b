import type { Assignment } from '@adlift/assignment';
import type { BidType } from '@adlift/wire';

/** What the tokens of one prediction share. Times in Unix milliseconds. */
export interface SharedClaims {
  readonly predictionId: string;
  readonly placement: string;
  readonly assignments: readonly Assignment[];
  readonly unitId: string;
  readonly timeMs: number;
  readonly bidType: BidType;
  readonly currency: string;
  /** Whether the prediction log holds the request, and at which sampling rate. */
  readonly logged: boolean;
  readonly logRate: number;
  /** 32 hex digits. */
  readonly traceId: string;
  readonly traceSampled: boolean;
  readonly expiresMs: number;
  readonly fallback: boolean;
  readonly forced: boolean;
  readonly explored: boolean;
  /** "sha256:<hex>" of the model bundles; empty when no model answered. */
  readonly bundleDigest: string;
  readonly cvrBundleDigest: string;
  readonly catalogueVersion: number;
}

/** What a token says about its own candidate. Money in micros. */
export interface CandidateClaims {
  readonly index: number;
  readonly adId: string;
  readonly campaignId: string;
  readonly bidMicros: number;
  /** Probability of this candidate being first, (0, 1]. */
  readonly propensity: number;
  /** Calibrated probabilities as served, (0, 1); pcvr 0 without a conversion model. */
  readonly pctr: number;
  readonly pcvr: number;
}

/** Everything that a token says. */
export interface TokenClaims extends SharedClaims, CandidateClaims {
  /** A ticket holds only what a prediction's tokens share and opens nothing but MintTokens. */
  readonly ticket: boolean;
}
