import type { LedgerStream } from '../ledger-stream';

interface Pace {
  /** Put at once. */
  readonly records: number;
  /** How long the next wait for more to come along when there were fewer. */
  readonly lingerMs: number;
}

export const PACE: Readonly<Record<LedgerStream, Pace>> = {
  event: { records: 20_000, lingerMs: 50 },
  exposure: { records: 5000, lingerMs: 50 },
  prediction: { records: 1000, lingerMs: 100 },
  shadow: { records: 1000, lingerMs: 250 },
  rejection: { records: 1000, lingerMs: 250 },
};

export const MAX_BYTES = 16 << 20;

/**
 * Connections that a stream is stored by. With two, rows of events are made for one while PostgreSQL is busy with those
 * of the other; repeats wait for each other's transaction.
 */
export const STORE_CONNECTIONS: Readonly<Record<LedgerStream, number>> = {
  ...{ event: 2, exposure: 1, prediction: 1, shadow: 1, rejection: 1 },
};
