import type { Assignment } from '@adlift/assignment';

/** The answer to Predict; arrays have one entry per candidate. Field by field the PredictResponse of the proto. */
export interface PredictAnswer {
  readonly predictionId: string;
  readonly requestId: string;
  readonly pctr: number[];
  readonly pctrRaw: number[];
  readonly pcvr: number[];
  readonly ecpmMicros: number[];
  readonly rank: number[];
  readonly propensity: number[];
  readonly explored: boolean;
  readonly assignments: Assignment[];
  readonly model: string;
  readonly modelVersion: string;
  readonly bundleDigest: string;
  readonly logged: boolean;
  readonly logRate: number;
  readonly fallback: boolean;
  readonly fallbackSource: string;
  readonly rowFlags: number[];
  readonly timing: { totalUs: number; queueUs: number; encodeUs: number; inferenceUs: number };
  readonly tokens: { index: number; token: string }[];
  readonly ticket: string;
  readonly traceId: string;
  readonly catalogueVersion: number;
}
