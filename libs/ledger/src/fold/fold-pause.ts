const IDLE_MS = 250;
/** Deltas of one fold that say that others wait already: the writers are at work. */
const BUSY = 20_000;
/**
 * Then the next fold begins no sooner than this after the last one did: the more it takes, the more of it is of units
 * that are changed once for all.
 */
const BUSY_EVERY_MS = 2000;

/** Milliseconds to wait after a fold of up to `limit` deltas that took `tookMs` and moved `folded`. */
export function foldPauseMs(folded: number, limit: number, tookMs: number): number {
  if (folded >= limit) return 0;
  return folded < BUSY ? IDLE_MS : Math.max(0, BUSY_EVERY_MS - tookMs);
}
