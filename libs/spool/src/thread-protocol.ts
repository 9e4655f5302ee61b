import type { MessagePort } from 'node:worker_threads';
import type { Damage } from './spool-batch';
import { SpoolFailed, SpoolFormatError, SpoolInUse } from './spool-error';

/** What the thread is started with. */
export interface ThreadData {
  readonly file: string;
  readonly maxBytes: number;
  /** A part of a group names its stream by its place here. */
  readonly streams: readonly string[];
  readonly slabs: SharedArrayBuffer;
  readonly figures: SharedArrayBuffer;
}

/** One blob to be kept: its records are in the slab, behind room for the header. */
export interface GroupPart {
  readonly slab: number;
  readonly stream: number;
  readonly records: number;
  readonly bytes: number;
  readonly arrivedMs: number;
}

/** Blobs that are committed together. */
export interface Group {
  readonly type: 'group';
  readonly number: number;
  readonly parts: readonly GroupPart[];
}

/** What the thread is told. */
export type ThreadRequest =
  Group | { readonly type: 'consumer'; readonly port: MessagePort } | { readonly type: 'close' };

/** What of an error can cross a thread border. */
export interface Fault {
  readonly code: string;
  readonly message: string;
  readonly pid?: number | undefined;
}

/**
 * What it says: `open` once; to each group, in order, that it is kept or that there is no room; `damaged` of a batch
 * that is set aside; `fault` before it exits because of an error.
 */
export type ThreadAnswer =
  | { readonly type: 'open' }
  | { readonly type: 'kept'; readonly number: number }
  | { readonly type: 'full'; readonly number: number }
  | { readonly type: 'damaged'; readonly damage: Damage }
  | { readonly type: 'fault'; readonly fault: Fault };

export function toFault(error: unknown): Fault {
  const { message } = error instanceof Error ? error : { message: String(error) };
  if (error instanceof SpoolInUse) return { code: error.code, message, pid: error.pid };
  return { code: error instanceof SpoolFormatError ? error.code : 'SPOOL_FAILED', message };
}

/** The error that `toFault` was given; `retryAfterMs` is for one that a retry may overcome. */
export function fromFault({ code, message, pid }: Fault, file: string, retryAfterMs: number): Error {
  if (code === 'SPOOL_IN_USE') return new SpoolInUse(file, pid);
  if (code === 'SPOOL_FORMAT') return new SpoolFormatError(message);
  return new SpoolFailed(message, retryAfterMs);
}
