import { BundleError, type BundleErrorCode } from './bundle-error';
import type { RoundMemory, RoundTexts } from './input-rows';
import type { ModelShape } from './model-shape';
import { ModelNotLoadedError, ScoringFailedError } from './scoring-error';

/**
 * Scores a round. `round` is 0 or 1; its memory comes with its first run, or after it has grown, and `texts` with each
 * run of a model that takes texts.
 */
export interface RunRequest {
  readonly type: 'run';
  readonly round: number;
  readonly rows: number;
  readonly texts?: RoundTexts;
  readonly memory?: RoundMemory | undefined;
}

/** What a scoring thread is started with. */
export interface ThreadData {
  /** Of its {@link Doorbell}. */
  readonly doorbell: SharedArrayBuffer;
  /** What it has once the model is loaded; until then it gives way, or does not where this is undefined. */
  readonly niceness: number | undefined;
}

/** What a scoring thread is told: by its doorbell alone where that can hold it, else by a message and a ring. */
export type ThreadRequest =
  { readonly type: 'load'; readonly digest: string; readonly folder: string } | RunRequest | { readonly type: 'exit' };

export interface ThreadFault {
  readonly code: string;
  readonly message: string;
}

/**
 * What it answers: one answer to `load` and to each `run`, in order. A run that went well is answered by a bare number,
 * the milliseconds it took, because that is cheaper to send than an object.
 */
export type ThreadAnswer = { readonly type: 'loaded'; readonly shape: ModelShape } | RunAnswer;

export type RunAnswer = number | { readonly type: 'fault'; readonly fault: ThreadFault };

/** What of an error can cross a thread border. */
export function toFault(error: unknown): ThreadFault {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'SCORING_FAILED';
  return { code, message: error instanceof Error ? error.message : String(error) };
}

/** The error that `toFault` was given, as far as its type is one of this lib's. */
export function fromFault({ code, message }: ThreadFault): Error {
  if (code.startsWith('BUNDLE_')) return new BundleError(code as BundleErrorCode, message);
  if (code === 'MODEL_NOT_LOADED') return new ModelNotLoadedError(message.split(' ')[1] ?? '');
  return new ScoringFailedError(message);
}
