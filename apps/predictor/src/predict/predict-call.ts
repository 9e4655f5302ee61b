import type { TraceContext } from '@adlift/wire';
import type { Stopwatch } from '../trace/stopwatch';

/** What a Predict call brings beside its request, whatever the transport. */
export interface PredictCall {
  readonly trace: TraceContext;
  /** Runs since the call came in. */
  readonly watch: Stopwatch;
  /** As of performance.now(): after it nobody waits for the answer. */
  readonly deadline: number;
  /** Tells a repeat of the request from another one with the same request_id. */
  readonly fingerprint: number;
}

/** A caller that names no deadline waits this long at most. */
export const DEFAULT_TIMEOUT_MS = 1_000;
