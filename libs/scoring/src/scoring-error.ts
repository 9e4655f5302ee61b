/** No worker can score now: it died with the request in flight, is being replaced, or is closed. Try a fallback. */
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

/** The worker lives, but the run of a model failed; the message is the runtime's. */
export class ScoringFailedError extends Error {
  readonly code = 'SCORING_FAILED';
  override readonly name = 'ScoringFailedError';
}
