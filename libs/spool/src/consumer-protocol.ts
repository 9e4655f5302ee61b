import type { MessagePort } from 'node:worker_threads';
import type { StoredBatch } from './spool-batch';

/** What a consumer is told by the spool's owner: a way to the thread, each time there is a new one. */
export type ConsumerNotice =
  | {
      readonly type: 'up';
      readonly port: MessagePort;
      /** Memory of the figures, and the streams in the order in which they have them. */
      readonly figures: SharedArrayBuffer;
      readonly streams: readonly string[];
    }
  | { readonly type: 'down'; readonly message: string; readonly retryAfterMs: number }
  | { readonly type: 'closed' };

/** What a consumer asks the thread. */
export type ConsumerRequest =
  | {
      readonly type: 'read';
      readonly number: number;
      readonly stream: string;
      readonly records: number;
      readonly bytes: number;
      readonly after: number | undefined;
    }
  | { readonly type: 'remove'; readonly number: number; readonly ids: readonly number[] };

/** What the thread answers: batches to a read, none to a remove. */
export interface ConsumerAnswer {
  readonly number: number;
  readonly batches: readonly StoredBatch[];
}
