import type { Assignment } from '@adlift/assignment';
import type { BidType } from '@adlift/wire';

/** What a token says about one candidate of one prediction. Times in Unix milliseconds, money in micros. */
export interface TokenClaims {
  readonly predictionId: string;
  readonly index: number;
  readonly adId: string;
  readonly campaignId: string;
  readonly placement: string;
  readonly assignments: readonly Assignment[];
  readonly unitId: string;
  readonly timeMs: number;
  readonly bidMicros: number;
  readonly bidType: BidType;
  readonly currency: string;
  /** Probability of this candidate being first, (0, 1]. */
  readonly propensity: number;
  /** Whether the prediction log holds the request, and at which sampling rate. */
  readonly logged: boolean;
  readonly logRate: number;
  /** 32 hex digits. */
  readonly traceId: string;
  readonly traceSampled: boolean;
  readonly expiresMs: number;
  /** Calibrated probabilities as served, (0, 1); pcvr 0 without a conversion model. */
  readonly pctr: number;
  readonly pcvr: number;
  /** A ticket holds only what a prediction's tokens share and opens nothing but MintTokens. */
  readonly ticket: boolean;
  readonly fallback: boolean;
  readonly forced: boolean;
  readonly explored: boolean;
  /** "sha256:<hex>" of the model bundles; empty when no model answered. */
  readonly bundleDigest: string;
  readonly cvrBundleDigest: string;
  readonly catalogueVersion: number;
}
