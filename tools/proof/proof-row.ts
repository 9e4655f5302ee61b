import { boundsForFewerRuns, type ShareBounds } from './proof-bounds';

/** One claim: the figure that the runs gave, and the range that it must lie in, both ends included. */
export interface ProofRow extends ShareBounds {
  readonly name: string;
  readonly value: number;
  readonly ok: boolean;
  /** Runs behind the figure. */
  readonly runs: number;
}

/** A claim about the share of runs in which something holds. */
export interface ShareClaim<Outcome> {
  readonly name: string;
  readonly bounds: ShareBounds;
  readonly holds: (run: Outcome) => boolean;
}

/**
 * Judges a share. The bounds are those of `fullRuns` runs; for fewer they are widened by the binomial spread of that
 * many runs, and the row's name says so. Throws RangeError without runs.
 */
export function judgeShare<Outcome>(
  { name, bounds, holds }: ShareClaim<Outcome>,
  runs: readonly Outcome[],
  fullRuns: number,
): ProofRow {
  requireRuns(runs);
  const wide = runs.length < fullRuns ? boundsForFewerRuns(bounds, runs.length) : bounds;
  return judgeFigure(name, runs.filter(holds).length / runs.length, wide, runs.length, fullRuns);
}

/** Judges any figure against bounds that already allow for the number of runs. */
export function judgeFigure(
  name: string,
  value: number,
  { low, high }: ShareBounds,
  runs: number,
  fullRuns: number,
): ProofRow {
  return {
    name: runs < fullRuns ? `${name} (bounds widened for ${runs} of ${fullRuns} runs)` : name,
    value,
    low,
    high,
    ok: value >= low && value <= high,
    runs,
  };
}

/** Throws RangeError without runs. */
export function requireRuns(runs: readonly unknown[]): void {
  if (runs.length === 0) throw new RangeError('a proof needs at least one run');
}
