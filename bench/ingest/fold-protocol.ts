/** What the thread that folds is given at its start. */
export interface FoldData {
  readonly databaseUrl: string;
}

/** Begin to fold; or: everything is stored, fold the rest and tell. */
export type FoldRequest = 'begin' | 'finish';

/** Everything is folded. */
export interface FoldResult {
  readonly deltas: number;
  /** The largest age that the oldest delta waiting to be folded was seen to have, seconds. */
  readonly staleness: number;
  /** Milliseconds of this thread's client and server, in folds that moved something. */
  readonly busyMs: number;
}
