import type { Assignment } from '@adlift/assignment';
import type { TokenClaims } from '@adlift/tokens';

export type LedgerEventKind = 'impression' | 'click' | 'conversion' | 'hide' | 'invalidate';

/** One thing that happened to one candidate of one prediction; the claims come from its opened token. */
export interface LedgerEvent {
  readonly kind: LedgerEventKind;
  readonly claims: TokenClaims;
  /** Event time, Unix milliseconds. */
  readonly timeMs: number;
  /** Whether the time is the caller's; otherwise it is that of arrival, in which a retry may differ. */
  readonly timed: boolean;
  /** What it cost the advertiser, micros; negative for a refund. */
  readonly chargedMicros: number;
  /** Impression: slot on the page from 1, 0 unknown. */
  readonly position: number;
  readonly followedRank: 'unknown' | 'followed' | 'overruled';
  readonly viewable: 'unknown' | 'yes' | 'no';
  /** Conversion: the caller's id and kind, part of its identity. */
  readonly conversionId: string;
  readonly conversionKind: string;
  /** Conversion: its worth to the advertiser, micros. */
  readonly valueMicros: number;
  /** Hide, invalidate: why. */
  readonly reason: string;
}

/** What became of an event in the store. */
export interface EventOutcome {
  readonly status: 'accepted' | 'duplicate' | 'conflict' | 'rejected';
  /** Empty when accepted. */
  readonly reason: string;
}

/** A unit's assignment at the moment it was served; per experiment and phase the least prediction id counts. */
export interface Exposure {
  readonly assignment: Assignment;
  readonly unitId: string;
  readonly predictionId: string;
  readonly timeMs: number;
  /** Where and on what the unit was when it came in, as its request's routing said; absent where it said nothing. */
  readonly country?: string | undefined;
  readonly device?: string | undefined;
}
