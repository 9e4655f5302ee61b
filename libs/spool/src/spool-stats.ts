/** What waits in one stream of a spool. */
export interface StreamStats {
  /** Records that are durable and were not removed. */
  readonly records: number;
  /** Milliseconds since the oldest of them arrived; 0 without any. */
  readonly oldestMs: number;
}

/** Figures of a spool. What it counts is counted since it was opened, and is in records where nothing else is said. */
export interface SpoolStats<Stream extends string> {
  /** Whether appends are taken; `failed` until the file could be opened again. */
  readonly state: 'open' | 'failed' | 'closed';
  /** Bytes of the file that hold records, and the most that may. */
  readonly usedBytes: number;
  readonly capBytes: number;
  readonly streams: Readonly<Record<Stream, StreamStats>>;
  /** In memory, not durable yet. */
  readonly waiting: number;
  /** Transactions that kept records, and records they kept. */
  readonly commits: number;
  readonly committed: number;
  readonly recordsPerCommit: number;
  /** Times the disk was asked to sync. */
  readonly syncs: number;
  /** Refused because file or memory was full: of appends, and of offers (those that failed meanwhile too). */
  readonly refused: number;
  readonly refusedOffers: number;
  /** Offered, taken, and then not kept. */
  readonly lostOffers: number;
  /** Set aside in the file because they do not read as they were written; whenever that was. */
  readonly damaged: number;
  /** In streams that are none of this spool's, left by another version. */
  readonly unclaimed: number;
  /** Threads started to replace one that had died. */
  readonly restarts: number;
}
