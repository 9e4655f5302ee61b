import type { InferAnswer } from './infer-request';

/** An answer with what its making cost, for the statistics. */
export interface Inferred {
  readonly answer: InferAnswer;
  readonly rows: number;
  /** Whether the model ran; not so for a fallback. */
  readonly executed: boolean;
  /** Milliseconds. */
  readonly encodeMs: number;
  readonly queueMs: number;
  readonly inferenceMs: number;
}
