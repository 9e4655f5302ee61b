import { BundleError, type BundleErrorCode } from './bundle-error';
import { ModelNotLoadedError, ScoringFailedError } from './scoring-error';

/** Shape of a loaded model's rows: ids and numeric values a row, and values the model writes a row. */
export interface ModelShape {
  readonly idCount: number;
  readonly numericCount: number;
  readonly outputWidth: number;
}

/** Shared memory of one slot, row-major for `capacity` rows: model inputs, raw output, guarded probability. */
export interface SlotMemory {
  readonly ids: SharedArrayBuffer;
  readonly numeric: SharedArrayBuffer;
  readonly output: SharedArrayBuffer;
  readonly probability: SharedArrayBuffer;
}

/** Shared memory for `rows` rows of a model. */
export function allocateSlot(shape: ModelShape, rows: number): SlotMemory {
  return {
    ids: new SharedArrayBuffer(rows * shape.idCount * 4),
    numeric: new SharedArrayBuffer(rows * shape.numericCount * 4),
    output: new SharedArrayBuffer(rows * shape.outputWidth * 4),
    probability: new SharedArrayBuffer(rows * 4),
  };
}

/** One model's part of a batch; `memory` comes with the first job of a slot, or after it has grown. */
export interface ScoreJob {
  readonly digest: string;
  readonly slot: number;
  readonly n: number;
  readonly memory?: SlotMemory;
}

export type WorkerRequest =
  | {
      readonly type: 'load';
      readonly seq: number;
      readonly digest: string;
      readonly files: ReadonlyMap<string, Uint8Array>;
    }
  | { readonly type: 'unload'; readonly seq: number; readonly digest: string }
  | { readonly type: 'exit'; readonly seq: number }
  | { readonly type: 'score'; readonly seq: number; readonly jobs: readonly ScoreJob[] };

export interface WorkerFault {
  readonly code: string;
  readonly message: string;
}

/**
 * Answer to the request with the same `seq`: a model's shape, or the rows of each job without a finite output and the
 * time that the runs took.
 */
export type WorkerResponse =
  | { readonly seq: number; readonly shape?: ModelShape; readonly invalid?: readonly number[]; readonly runMs?: number }
  | { readonly seq: number; readonly fault: WorkerFault };

/** What of an error can cross a thread border. */
export function toFault(error: unknown): WorkerFault {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'SCORING_FAILED';
  return { code, message: error instanceof Error ? error.message : String(error) };
}

/** The error that `toFault` was given, as far as its type is one of this lib's. */
export function fromFault({ code, message }: WorkerFault): Error {
  if (code.startsWith('BUNDLE_')) return new BundleError(code as BundleErrorCode, message);
  if (code === 'MODEL_NOT_LOADED') return new ModelNotLoadedError(message.split(' ')[1] ?? '');
  return new ScoringFailedError(message);
}
