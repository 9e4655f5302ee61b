import type { MessagePort } from 'node:worker_threads';
import type { LedgerStream } from '../ledger-stream';

/** What the thread that writes is given at its start. */
export interface WriterData {
  readonly databaseUrl: string;
  /** An end of the spool, see Spool.connect. */
  readonly spool: MessagePort;
}

/** What the thread tells. */
export type WriterNotice = StoredNotice | AwayNotice;

/** A batch is stored and out of the spool. */
export interface StoredNotice {
  readonly type: 'stored';
  readonly stream: LedgerStream;
  readonly records: number;
  readonly duplicates: number;
  readonly conflicts: number;
  /** Refused by the database for what they are. */
  readonly rejected: number;
  /** Unix milliseconds. */
  readonly startedMs: number;
  readonly endedMs: number;
  /** Traced decisions that the batch follows from, at most 32. */
  readonly decisions: readonly { readonly traceId: string; readonly spanId: string }[];
}

/** The store, or the spool, failed; it is tried again. */
export interface AwayNotice {
  readonly type: 'away';
  readonly stream: LedgerStream;
  readonly message: string;
}
