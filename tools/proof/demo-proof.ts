import { boundsForFewerRuns, type ShareBounds } from './proof-bounds';
import type { MetricOutcome, RunOutcome } from './simulate-run';

/** Runs that the demo's bounds are stated for. */
export const DEMO_RUNS = 400;

/** One claim: the share of runs in which it held, and the range that the share must lie in. */
export interface ProofRow extends ShareBounds {
  readonly name: string;
  readonly value: number;
  readonly ok: boolean;
}

/** The document that the command prints. */
export interface ProofReport {
  readonly seeds: number;
  readonly rows: readonly ProofRow[];
}

interface Claim {
  readonly name: string;
  readonly bounds: ShareBounds;
  readonly holds: (run: RunOutcome) => boolean;
}

const CLAIMS: readonly Claim[] = [
  {
    name: 'the 95 % interval of the CTR lift contains the truth',
    bounds: { low: 0.91, high: 0.98 },
    holds: ({ ctr }) => covers(ctr),
  },
  {
    name: 'the 95 % interval of the RPM lift contains the truth',
    bounds: { low: 0.91, high: 0.98 },
    holds: ({ rpm }) => covers(rpm),
  },
  {
    name: 'both 95 % intervals contain the truth',
    bounds: { low: 0.88, high: 0.98 },
    holds: ({ ctr, rpm }) => covers(ctr) && covers(rpm),
  },
  {
    name: 'the interaction model wins: the sequential lower bound of the RPM lift is above 0',
    bounds: { low: 0.95, high: 1 },
    holds: ({ rpm }) => rpm.sequentialLow > 0,
  },
];

/**
 * Judges the demo's runs. The bounds are those of 400 runs; for fewer they are widened by the binomial spread of that
 * many runs, and each row's name says so. Throws RangeError without runs.
 */
export function judgeDemo(runs: readonly RunOutcome[]): ProofReport {
  if (runs.length === 0) throw new RangeError('a proof needs at least one run');
  return { seeds: runs.length, rows: CLAIMS.map((claim) => judge(claim, runs)) };
}

function judge({ name, bounds, holds }: Claim, runs: readonly RunOutcome[]): ProofRow {
  const value = runs.filter(holds).length / runs.length;
  const few = runs.length < DEMO_RUNS;
  const { low, high } = few ? boundsForFewerRuns(bounds, runs.length) : bounds;
  return {
    name: few ? `${name} (bounds widened for ${runs.length} of ${DEMO_RUNS} seeds)` : name,
    value,
    low,
    high,
    ok: value >= low && value <= high,
  };
}

function covers({ truth, low, high }: MetricOutcome): boolean {
  return low <= truth && truth <= high;
}
