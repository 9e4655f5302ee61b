import type { InferenceSession } from 'onnxruntime-node';

/**
 * One thread a session: on the machines measured, more threads inside a run made it 1.9 to 4.8 times slower, because
 * they spin while they wait. Parallelism comes from several sessions.
 */
export const SESSION_OPTIONS: InferenceSession.SessionOptions = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
};
