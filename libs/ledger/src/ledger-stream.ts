/** What the spool keeps apart, each on a way of its own into PostgreSQL. */
export const LEDGER_STREAMS = ['event', 'exposure', 'prediction', 'shadow', 'rejection'] as const;

export type LedgerStream = (typeof LEDGER_STREAMS)[number];
