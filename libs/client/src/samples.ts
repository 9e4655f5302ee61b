/** One candidate that was shown, or clicked, in an arm of an experiment: what was predicted and what became of it. */
export interface Sample {
  readonly predictionId: string;
  /** Of the candidate in its request. */
  readonly index: number;
  /** ISO 8601. */
  readonly predictedAt: string;
  readonly unit: string;
  readonly adId: string;
  readonly campaignId: string;
  readonly placement: string;
  readonly phase: number;
  readonly assigned: string;
  readonly served: string;
  /** Why it was served so. */
  readonly reason: string;
  readonly flagDigest: string;
  /** "name@version"; null for one that is not registered any more. */
  readonly model: string | null;
  readonly modelDigest: string;
  readonly pctr: number;
  readonly pcvr: number;
  readonly bidMicros: number;
  readonly bidType: string;
  readonly currency: string;
  readonly propensity: number;
  readonly explored: boolean;
  readonly fallback: boolean;
  /** Of all its events that count. */
  readonly chargedMicros: number;
  /** Null while none was reported; an event that is not valid does not count in reports. */
  readonly impression: { readonly at: string; readonly valid: boolean; readonly position: number } | null;
  readonly click: { readonly at: string; readonly valid: boolean } | null;
  /** Those that count, and their value. */
  readonly conversions: { readonly count: number; readonly valueMicros: number };
  readonly hidden: boolean;
  /** What the prediction log has of the request; null where it has nothing (any more). */
  readonly request: {
    readonly requestId: string;
    readonly candidates: number;
    readonly totalUs: number;
    /** Empty where the model answered. */
    readonly fallbackSource: string;
  } | null;
  readonly traceId: string;
  /** Whether `GET /v1/traces/:traceId` has it. */
  readonly traceKept: boolean;
}

/** The answer of `GET /v1/experiments/:key/samples`, the newest first. */
export interface SamplePage {
  readonly samples: readonly Sample[];
  /** For the next page; null on the last one. */
  readonly nextCursor: string | null;
}

/** Which of them. */
export interface SampleFilter {
  /** Of the arm they were assigned to; all by default. */
  readonly variant?: string;
  readonly phase?: string;
  readonly outcome?: 'shown' | 'clicked' | 'converted' | 'fallback';
  readonly limit?: string;
  readonly cursor?: string;
}
