import type { InputRows } from './input-rows';

/** How a run went that a job was part of; milliseconds. */
export interface RunFacts {
  /** What the run of the whole round took. */
  readonly runMs: number;
  /** Rows of all jobs in the round. */
  readonly rows: number;
  /** As of performance.now(): when the round was handed to the thread. */
  readonly startedAt: number;
}

/** One request's rows for one model. The pool calls `encode` before a run and then exactly one of the other two. */
export interface ScoringJob {
  /** 1 to MAX_ROWS. */
  readonly rows: number;
  /** As of performance.now(): after it nobody waits for the scores any more. */
  readonly deadline: number;
  /** Writes the job's rows into the model's inputs from row `at` on; again when the job has to be run again. */
  encode(inputs: InputRows, at: number): void;
  /** `probability` holds the job's rows, NaN where the model gave no finite number; valid during the call only. */
  scored(probability: Float32Array, facts: RunFacts): void;
  /** ScoringUnavailableError, ScoringFailedError or ScoringExpiredError. */
  failed(error: Error): void;
}

/** Most rows of one job. */
export const MAX_ROWS = 4096;
