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
}
