import type { MessagePort } from 'node:worker_threads';
import type { BrokerOptions } from '../broker/broker-options';
import type { LedgerStream } from '../ledger-stream';

/** What a thread that moves records is given at its start: where from, and where to. */
export type WriterData =
  | {
      readonly way: 'store';
      readonly databaseUrl: string;
      /** An end of the spool, see Spool.connect. */
      readonly spool: MessagePort;
    }
  | { readonly way: 'publish'; readonly broker: BrokerOptions; readonly spool: MessagePort }
  | { readonly way: 'consume'; readonly broker: BrokerOptions; readonly databaseUrl: string };

/** From the spool to PostgreSQL; or from the spool to RabbitMQ, and from there to PostgreSQL. */
export type Way = WriterData['way'];

/** What the thread tells. */
export type WriterNotice = StoredNotice | MovedNotice | HeldNotice | AwayNotice;

/** What passed a broker, or came to its end there. */
export type MovedNotice = PublishedNotice | ConsumedNotice | DeadNotice;

/** A batch is in PostgreSQL. */
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

/** RabbitMQ has confirmed a batch. */
export interface PublishedNotice {
  readonly type: 'published';
  readonly stream: LedgerStream;
  readonly records: number;
  /** Age of its oldest record. */
  readonly lagMs: number;
}

/** What RabbitMQ has delivered is about to be put into PostgreSQL; nothing right after a subscription. */
export interface HeldNotice {
  readonly type: 'held';
  readonly stream: LedgerStream;
  readonly records: number;
  /** When the oldest of them came, Unix milliseconds. */
  readonly oldestMs: number | undefined;
}

/** It is in PostgreSQL, and acknowledged to RabbitMQ. */
export interface ConsumedNotice {
  readonly type: 'consumed';
  readonly stream: LedgerStream;
  readonly records: number;
  /** Age of its oldest record. */
  readonly lagMs: number;
}

/** A message that cannot be read was put among the dead letters. */
export interface DeadNotice {
  readonly type: 'dead';
  readonly stream: LedgerStream;
  readonly queue: string;
  readonly bytes: number;
  readonly reason: string;
}

/** PostgreSQL, RabbitMQ or the spool failed; it is tried again. */
export interface AwayNotice {
  readonly type: 'away';
  readonly stream: LedgerStream;
  readonly message: string;
}
