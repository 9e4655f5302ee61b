import type { AnsweredAssignment, BidType } from '@adlift/wire';

/** One row of the prediction log: a request as served, its columns in the bytes they came in. */
export interface PredictionRecord {
  readonly predictionId: string;
  readonly requestId: string;
  readonly unitId: string;
  readonly placement: string;
  readonly timeMs: number;
  readonly assignments: readonly AnsweredAssignment[];
  readonly n: number;
  readonly adIds: readonly string[];
  readonly campaignIds: readonly string[];
  /** Length-prefixed protobuf Columns as in a PredictRequest, to be joined. */
  readonly columns: readonly Uint8Array[];
  readonly bidMicros: ArrayLike<number>;
  readonly bidType: BidType;
  readonly currency: string;
  readonly catalogueVersion: number;
  readonly model: string;
  readonly modelVersion: string;
  readonly bundleDigest: string;
  readonly cvrBundleDigest: string;
  readonly pctr: ArrayLike<number>;
  readonly pctrRaw: ArrayLike<number>;
  readonly pcvr: ArrayLike<number>;
  readonly rank: ArrayLike<number>;
  readonly propensity: ArrayLike<number>;
  readonly rowFlags: ArrayLike<number>;
  readonly explored: boolean;
  readonly forced: boolean;
  readonly logRate: number;
  readonly fallback: boolean;
  readonly fallbackSource: string;
  readonly traceId: string;
  readonly traceSampled: boolean;
  readonly totalUs: number;
}
