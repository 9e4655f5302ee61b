/** What a producer is started with. */
export interface ProducerData {
  /** host:port of the predictor's gRPC API. */
  readonly address: string;
  /** Credential that may report exposures and old times. */
  readonly key: string;
  readonly tokenKeys: string;
  /** File of the events that were acknowledged, one identity a line, synced before an acknowledgement counts. */
  readonly acknowledged: string;
  /** Number of its first prediction. */
  readonly first: number;
  /** When the run began, Unix milliseconds. */
  readonly startMs: number;
}

/** What a producer tells. */
export type ProducerNotice =
  | { readonly type: 'begun'; readonly through: number }
  | { readonly type: 'acknowledged'; readonly events: number }
  | { readonly type: 'refused'; readonly code: number };
