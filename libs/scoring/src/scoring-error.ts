/** No thread can score with this model now: all died, are being replaced, or are closed. Try a fallback. */
export class ScoringUnavailableError extends Error {
  readonly code = 'SCORING_UNAVAILABLE';
  override readonly name = 'ScoringUnavailableError';
}

/** The model with this digest is not loaded. */
export class ModelNotLoadedError extends Error {
  readonly code = 'MODEL_NOT_LOADED';
  override readonly name = 'ModelNotLoadedError';

  constructor(digest: string) {
    super(`model ${digest} is not loaded`);
  }
}

/** The thread lives, but the run of a model failed; the message is the runtime's. */
export class ScoringFailedError extends Error {
  readonly code = 'SCORING_FAILED';
  override readonly name = 'ScoringFailedError';
}

/** The job's deadline passed before its scores were there. */
export class ScoringExpiredError extends Error {
  readonly code = 'SCORING_EXPIRED';
  override readonly name = 'ScoringExpiredError';
}
