/** An event that was reported and did not count. */
export interface RejectedEvent {
  /** ISO 8601. */
  readonly receivedAt: string;
  readonly status: 'duplicate' | 'conflict' | 'rejected';
  readonly reason: string;
  /** 'unknown' for a kind that there is not. */
  readonly kind: string;
  /** Null where the token did not open. */
  readonly predictionId: string | null;
  readonly index: number | null;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly id: string;
  /** When it was sent again and taken; null where it was not. */
  readonly replayedAt: string | null;
  /** The report as it came, where sending it again may succeed; only in lists of what is to be sent again. */
  readonly report?: RejectedReport;
}

/** A report as `POST /v1/events` takes it. */
export interface RejectedReport {
  readonly kind: string;
  readonly token: string;
  /** Unix milliseconds; that of arrival where none was told. */
  readonly timeMs: number;
  readonly position: number;
  readonly followedRank: 'unknown' | 'followed' | 'overruled';
  readonly viewable: 'unknown' | 'yes' | 'no';
  readonly chargedMicros: number;
  readonly currency: string;
  readonly conversionId: string;
  readonly conversionKind: string;
  readonly valueMicros: number;
  readonly reason: string;
}

/** The answer of `GET /v1/events/rejected`, the newest first. */
export interface RejectedEventPage {
  readonly events: readonly RejectedEvent[];
  /** For the next page; null on the last one. */
  readonly nextCursor: string | null;
}

/** Which of them; times in ISO 8601, of their arrival. */
export interface RejectedEventFilter {
  readonly status?: string;
  readonly reason?: string;
  readonly kind?: string;
  readonly from?: string;
  readonly to?: string;
  readonly limit?: string;
  readonly cursor?: string;
  /** `true`: only what was not sent again yet and can be, with its reports. */
  readonly replayable?: 'true';
}
