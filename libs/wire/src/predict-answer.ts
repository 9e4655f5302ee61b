/** Where a request's unit stands in one experiment, as answers and tokens state it. */
export interface AnsweredAssignment {
  readonly experiment: string;
  readonly phase: number;
  readonly assigned: string;
  readonly served: string;
  readonly reason: string;
  /** "sha256:<hex>", or empty. */
  readonly flagDigest: string;
}

/** The answer to Predict, whatever the transport; arrays have one entry per candidate. */
export interface PredictAnswer {
  readonly predictionId: string;
  readonly requestId: string;
  /** Calibrated, finite, in (0, 1). */
  readonly pctr: Float32Array;
  readonly pctrRaw: Float32Array;
  /** Empty without a conversion model. */
  readonly pcvr: Float32Array;
  /** Whole micros of the currency per thousand impressions. */
  readonly ecpmMicros: Float64Array;
  /** 1 = first. */
  readonly rank: Uint32Array;
  readonly propensity: Float64Array;
  readonly explored: boolean;
  readonly assignments: readonly AnsweredAssignment[];
  readonly model: string;
  readonly modelVersion: string;
  readonly bundleDigest: string;
  readonly logged: boolean;
  readonly logRate: number;
  readonly fallback: boolean;
  readonly fallbackSource: string;
  readonly rowFlags: Uint8Array;
  readonly timing: { totalUs: number; queueUs: number; encodeUs: number; inferenceUs: number };
  readonly tokens: readonly { readonly index: number; readonly token: string }[];
  readonly ticket: string;
  readonly traceId: string;
  readonly catalogueVersion: number;
  /** "experiment:variant" whose part of campaign budgets may be spent; empty for units in none. */
  readonly budgetArm: string;
  /** That part, (0, 1); 0 where no experiment splits budgets. */
  readonly budgetShare: number;
}
