import type { Columns } from './column';

export type BidType = 'CPC' | 'CPM' | 'CPA';

/** A Predict call after decoding, whatever the transport: columns and bids are typed arrays. */
export interface PredictRequest {
  readonly requestId: string;
  /** The user, whom experiments by user randomise; empty means none of them. */
  readonly unitId: string;
  /** The same for experiments by session. */
  readonly sessionId: string;
  readonly privacy: 'FULL' | 'LIMITED';
  readonly routing: Readonly<Record<string, string>>;
  /** Candidates, 1 to {@link MAX_CANDIDATES}. */
  readonly n: number;
  readonly adIds: readonly string[];
  readonly columns: Columns;
  /** Micros of the currency; 0 (no bids), 1 (broadcast) or n entries. */
  readonly bidMicros: Float64Array;
  readonly bidType: BidType;
  readonly currency: string;
  /** Tokens for the first k in rank order; `Infinity` for all. */
  readonly wantTokens: number;
  readonly onOverload: 'FALLBACK' | 'ERROR';
  readonly forceVariant: string;
  readonly placement: string;
  /** 0, 1 (broadcast) or n entries. */
  readonly campaignIds: readonly string[];
  /** The columns as fields of an encoded request, in one or more pieces to be joined: what the prediction log keeps. */
  readonly rawColumns: readonly Uint8Array[];
}

export const MAX_CANDIDATES = 1000;
export const MAX_COLUMNS = 256;
export const MAX_ID_BYTES = 128;
/** Above 1e12 micros (a million currency units for one click) a bid is taken for an error. */
export const MAX_BID_MICROS = 1e12;

/** A malformed request: `field` is the path of the offending field, as in the proto. */
export class InvalidField extends Error {
  constructor(
    readonly field: string,
    readonly problem: string,
  ) {
    super(`${field}: ${problem}`);
    this.name = 'InvalidField';
  }
}
