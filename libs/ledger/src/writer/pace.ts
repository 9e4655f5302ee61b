import type { LedgerStream } from '../ledger-stream';

/** Records that are put at once, and how long the next wait for more to come along when there were fewer. */
export const PACE: Readonly<Record<LedgerStream, { readonly records: number; readonly lingerMs: number }>> = {
  event: { records: 20_000, lingerMs: 50 },
  exposure: { records: 5000, lingerMs: 50 },
  prediction: { records: 1000, lingerMs: 100 },
  shadow: { records: 1000, lingerMs: 250 },
  rejection: { records: 1000, lingerMs: 250 },
};

export const MAX_BYTES = 16 << 20;
